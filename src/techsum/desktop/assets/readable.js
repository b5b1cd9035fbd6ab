// Flutter draws on a canvas and builds what screen readers read only when asked: it is asked at once, for everybody.
"use strict";
(() => {
  const ask = () => {
    const button = document.querySelector("flt-semantics-placeholder");
    button?.click();
    return Boolean(button);
  };
  const waiting = setInterval(() => { if (ask()) clearInterval(waiting); }, 100);
})();
