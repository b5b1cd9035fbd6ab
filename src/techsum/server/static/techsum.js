// What the pages gain with a script: the text as it is written, lit evidence, drop, copy. All of it works without.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const entry = () => $("#entry");

// -- evidence: a sentence lights its places in the article; a click pins them, Esc lets go -----------------
const places = (sentence) =>
  (sentence.dataset.evidence || "").trim().split(/\s+/).filter(Boolean).map((n) => document.getElementById("a" + n)).filter(Boolean);
const beside = matchMedia("(min-width: 58rem)"); // as in techsum.css: article and summary side by side
const CITES = ".cite, .place"; // what leads to a place in the article
let pinned = null;

function light(sentence) {
  document.querySelectorAll(".s.lit").forEach((s) => s.classList.remove("lit"));
  if (!sentence) return;
  const lit = places(sentence);
  lit.forEach((s) => s.classList.add("lit"));
  if (lit.length) bring(lit[0]);
}

// only the article moves, never the page: the sentence stays where it is read
function bring(place) {
  if (!beside.matches) return;
  const pane = $(".source"), at = place.getBoundingClientRect();
  pane.style.maxHeight = `${innerHeight - Math.max(pane.getBoundingClientRect().top, 0) - 12}px`; // its end is in view too
  const box = pane.getBoundingClientRect();
  if (at.top < box.top || at.bottom > box.bottom) pane.scrollBy({ top: at.top - box.top - (box.height - at.height) / 2 });
}

function pin(sentence) {
  pinned?.classList.remove("pinned");
  pinned = sentence;
  sentence?.classList.add("pinned");
  light(sentence);
  sheet(beside.matches ? null : sentence);
}

// on a phone the article is far below: its words are quoted at the foot of the screen
function sheet(sentence) {
  $("#sheet")?.remove();
  const quoted = sentence ? places(sentence) : [];
  if (!quoted.length) return;
  const box = Object.assign(document.createElement("aside"), { id: "sheet" }), said = entry().dataset;
  box.setAttribute("aria-label", said.sheet);
  quoted.forEach((place) => box.append(Object.assign(document.createElement("blockquote"), { textContent: place.textContent, lang: place.parentElement.lang })));
  const show = Object.assign(document.createElement("a"), { href: "#" + quoted[0].id, textContent: said.sheetShow, className: "button" });
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: said.sheetClose });
  close.addEventListener("click", () => pin(null));
  show.addEventListener("click", () => setTimeout(() => pin(null))); // it is read there: the sheet would cover it
  const actions = Object.assign(document.createElement("div"), { className: "actions" });
  actions.append(show, close);
  box.append(actions);
  document.body.append(box);
}

document.addEventListener("mouseover", (e) => { if (!pinned) light(e.target.closest?.(".sentence")); });
document.addEventListener("focusin", (e) => { const s = e.target.closest?.(".sentence"); if (s && !pinned) light(s); });
document.addEventListener("click", (e) => {
  if (e.target.closest("#sheet, .source, .beside")) return;
  const cite = e.target.closest(CITES), sentence = e.target.closest(".sentence");
  if (cite && places(sentence).length) e.preventDefault(); // the place lights up beside, and Tab goes on from here
  else if (String(getSelection())) return;
  if (sentence || pinned) pin(sentence === pinned && !cite ? null : sentence);
});
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && pinned) { pin(null); return; }
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
  if (!step || !document.activeElement?.matches(CITES)) return;
  const cites = [...document.querySelectorAll(CITES)], next = cites[cites.indexOf(document.activeElement) + step];
  if (!next) return;
  e.preventDefault();
  next.focus();
  pin(next.closest(".sentence"));
});

// the words with what a notice doubts marked, cut as the server cuts them (marked_pieces in pages.py)
function marked(name, said) {
  const node = document.createElement(name), signs = [...said.text], length = signs.length; // offsets count code points
  const spans = said.notices.map((n) => (n.span || [0, length]).map((place) => Math.min(place, length)));
  const cuts = [...new Set([0, length, ...spans.flat()])].sort((a, b) => a - b);
  cuts.slice(1).forEach((end, n) => {
    const piece = signs.slice(cuts[n], end).join("");
    node.append(spans.some(([a, b]) => a <= cuts[n] && end <= b) ? Object.assign(document.createElement("mark"), { textContent: piece }) : piece);
  });
  return node;
}

function sentenceNode(said, cited) {
  const node = document.createElement("li");
  node.className = "sentence";
  node.dataset.evidence = said.evidence.map((e) => e.start).join(" ");
  const words = marked("span", said);
  words.className = "words";
  node.append(words);
  said.evidence.forEach((e, n) => {
    const cite = Object.assign(document.createElement("a"), { className: "cite", href: "#a" + e.start, textContent: cited + n + 1 });
    cite.setAttribute("aria-label", entry().dataset.evidenceNamed.replace("%", cited + n + 1));
    node.append(cite);
  });
  said.notices.forEach((n) => node.append(Object.assign(document.createElement("span"), { className: "notice", textContent: n.message })));
  return node;
}

// -- text as it is written: pieces grow an open sentence, which settles or is taken back ---------------
class Live {
  constructor(list) { this.list = list; this.open = null; }
  piece(text) {
    if (!this.open) { this.open = Object.assign(document.createElement("li"), { className: "sentence open" }); this.list.append(this.open); }
    this.open.textContent = (this.open.textContent + text).replace(/\s+/g, " ").trimStart();
  }
  close() { this.open?.remove(); this.open = null; }
  sentence(said) { this.close(); this.list.append(sentenceNode(said, this.list.querySelectorAll(".cite").length), " "); }
  withdrawn(said) { this.close(); if (said.everything) this.list.replaceChildren(); }
}

// -- a summary that is being made ----------------------------------------------------------------------
let drawing = 0;
async function redraw() {
  const number = ++drawing;
  const page = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  if (number !== drawing) return; // a later drawing knows more
  pinned = null; // its sentence is drawn anew
  sheet(null);
  const live = $("#live"), talk = $("#talk"), asked = $("#asked"), typing = document.activeElement === asked;
  const main = fresh.querySelector("main");
  main.querySelectorAll("noscript").forEach((n) => n.remove()); // parsed here, its refresh would come alive
  // what is written meanwhile stays, and so does the conversation: an answer, or a syllable, may be in the making
  if (live) $("#live", main)?.replaceWith(document.adoptNode(live));
  const kept = talk && $("#talk", main);
  const suggested = main.querySelector(".suggest");
  if (kept) kept.replaceWith(document.adoptNode(talk));
  if (suggested && talk && !$(".suggest", talk)) $("#chat-problem", talk).before(document.adoptNode(suggested));
  $("main").replaceChildren(...main.childNodes);
  document.title = fresh.title;
  if (typing) asked.focus({ preventScroll: true });
  ready();
}

// said aloud, outside of what is drawn anew
function tell(text) {
  const said = $("#said");
  if (said && text) said.textContent = text;
}

function follow() {
  const id = entry().dataset.id;
  const events = new EventSource(`/api/summaries/${id}/events`);
  let live = new Live($("#live"));
  const say = (text) => { const p = $("#progress"); if (p) p.textContent = text; };
  const on = (name, act) => events.addEventListener(name, (e) => act(JSON.parse(e.data)));
  on("progress", (said) => say(said.message));
  on("queue", (said) => say(entry().dataset.queue.replace("%", said.position)));
  on("key_sentences", async () => { if (!$(".keys")) { await redraw(); } });
  on("title", (said) => { $("#title").textContent = said.text; });
  on("piece", (said) => { say(""); live.piece(said.text); });
  on("sentence", (said) => live.sentence(said));
  on("withdrawn", (said) => { live.withdrawn(said); say(said.reason); });
  for (const name of ["done", "failed", "cancelled"]) {
    on(name, async () => {
      events.close();
      await redraw();
      if (!$("main .problem[role=alert]:not(:empty)")) tell(entry().dataset.over); // an alert is said by itself
    });
  }
  events.onerror = () => say(entry().dataset.lost); // the browser connects again by itself
}

// -- a model that is being downloaded -------------------------------------------------------------------
async function pulling(node) {
  const bar = $("progress", node), percent = $(".hint", node);
  while (node.isConnected) {
    await new Promise((done) => setTimeout(done, 1000));
    const answer = await fetch(`/api/models/${node.dataset.name}/pull`).catch(() => null);
    if (!answer?.ok) continue; // the network is gone for a moment
    const pull = await answer.json();
    if (pull.state !== "running") return offered();
    if (!pull.total) continue;
    bar.max = pull.total;
    bar.value = pull.bytes;
    percent.textContent = `${Math.floor((100 * pull.bytes) / pull.total)}%`;
  }
}

// the offer alone is drawn anew: what is typed beside it stays
async function offered() {
  const page = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("#offer");
  fresh?.querySelectorAll("noscript").forEach((one) => one.remove());
  if (fresh) $("#offer")?.replaceWith(document.adoptNode(fresh));
  else $("#offer")?.remove();
}

// -- questions -------------------------------------------------------------------------------------------
let answered = Promise.resolve();
// a question asked while another is answered waits for its turn; Enter is never lost
function ask() {
  const input = $("#asked"), question = input.value.trim();
  if (!question) return;
  input.value = $("#chat-problem").textContent = "";
  const item = document.createElement("li"), list = Object.assign(document.createElement("ol"), { className: "prose" });
  item.append(Object.assign(document.createElement("p"), { className: "question", textContent: question }), list);
  list.setAttribute("aria-live", "polite");
  $("#chat").append(item);
  input.focus();
  answered = answered.then(() => answer(question, item, list));
}

async function answer(question, item, list) {
  const live = new Live(list);
  try {
    const response = await fetch(`/api/summaries/${entry().dataset.id}/questions`, {
      method: "POST", headers: { "Content-Type": "application/json", Accept: "text/event-stream" }, body: JSON.stringify({ question }),
    });
    if (!response.ok) throw new Error((await response.json()).title);
    for await (const [name, said] of eventsOf(response.body)) {
      if (name === "piece") live.piece(said.text);
      else if (name === "sentence") live.sentence(said);
      else if (name === "withdrawn") live.withdrawn(said);
      else if (name === "failed") throw new Error(said.message);
      else if (name === "answer" && !said.found) list.replaceChildren(Object.assign(document.createElement("li"), { className: "answer", textContent: said.answer }));
    }
  } catch (error) {
    item.remove();
    const input = $("#asked"); // what could not be asked goes back in front of what is typed
    input.value = input.value ? `${question} ${input.value}` : question;
    $("#chat-problem").textContent = error instanceof TypeError ? entry().dataset.lost : error.message;
  }
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    held += value;
    const blocks = held.split("\n\n");
    held = blocks.pop();
    for (const block of blocks) {
      const name = /^event: ?(.*)$/m.exec(block)?.[1], data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (name && data) yield [name, JSON.parse(data)];
    }
  }
}

// -- the first page: what was typed is never lost -----------------------------------------------------------
function home(form) {
  const source = $("#source"), count = $("#count"), file = $("input[type=file]", form), drop = $("#drop"), problem = $("#problem");
  const minimum = count.textContent;
  // a link, or what a phone shares: a headline and a link
  const isLink = () => {
    const links = /(https?:\/\/|www\.)\S+/gi, text = source.value.trim();
    return text.length <= 1000 && links.test(text) && text.replace(links, "").trim().length < 100;
  };
  const chosen = $("#chosen");
  const hint = $("#hint"), own = [...hint.childNodes];
  // of a text and a file the file is summarised: that is said, and nothing typed is lost
  const named = () => {
    chosen.textContent = file.files.length ? file.files[0].name : chosen.dataset.none;
    if (file.files.length && source.value.trim()) hint.textContent = hint.dataset.file;
    else hint.replaceChildren(...own);
  };
  file.addEventListener("change", named);
  const tell = () => {
    const length = source.value.trim().length;
    count.textContent = !length ? minimum : isLink() ? count.dataset.link : count.dataset.text.replace("%", length.toLocaleString());
  };
  // what was chosen last is chosen again, unless the page came with choices of its own
  const chosenLast = () => JSON.parse(localStorage.getItem("chosen") || "{}");
  if (!location.search) {
    for (const [name, value] of Object.entries(chosenLast())) {
      const select = form.elements.namedItem(name); // "length" is the number of elements
      if ([...(select?.options || [])].some((o) => o.value === value)) select.value = value;
    }
  }
  form.addEventListener("change", (e) => {
    if (e.target.matches("select")) localStorage.setItem("chosen", JSON.stringify({ ...chosenLast(), [e.target.name]: e.target.value }));
  });
  source.addEventListener("input", () => { tell(); named(); sessionStorage.setItem("typed", source.value); });
  source.addEventListener("keydown", (e) => {
    if (e.isComposing || e.keyCode === 229 || e.key !== "Enter") return; // half a syllable is no Enter
    if (isLink() || e.ctrlKey || e.metaKey) { e.preventDefault(); form.requestSubmit(); }
  });
  // a file may be dropped anywhere on the page; a link or a text goes where text goes
  for (const name of ["dragover", "dragleave", "drop"]) {
    window.addEventListener(name, (e) => {
      if (!e.dataTransfer?.types.includes("Files")) return;
      e.preventDefault();
      drop.classList.toggle("over", name === "dragover");
      if (name !== "drop" || !e.dataTransfer.files.length) return;
      const one = new DataTransfer(); // one summary is of one file
      one.items.add(e.dataTransfer.files[0]);
      file.files = one.files;
      named();
    });
  }
  form.addEventListener("reset", () => { problem.textContent = ""; sessionStorage.removeItem("typed"); setTimeout(() => { source.value = ""; tell(); named(); source.focus(); }); });
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const button = $("button.main", form), name = button.textContent;
    problem.textContent = "";
    button.disabled = true;
    button.textContent = form.dataset.busy;
    try {
      const answer = await fetch("/api/summaries", { method: "POST", body: new FormData(form) });
      const said = await answer.json();
      if (!answer.ok) throw new Error(said.title);
      if (!file.files.length) sessionStorage.removeItem("typed"); // beside a file it was not summarised
      location.assign("/s/" + said.id);
      return;
    } catch (error) {
      problem.textContent = error instanceof TypeError || error instanceof SyntaxError ? form.dataset.lost : error.message;
      source.focus();
    }
    button.disabled = false;
    button.textContent = name;
  });
  // what was typed is there again after a reload, the menu or the other language, in this tab alone
  source.value ||= sessionStorage.getItem("typed") || "";
  tell();
}

// a page on plain http has no clipboard of its own; the older way works there
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const held = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
    document.body.append(held);
    held.select();
    const done = document.execCommand("copy");
    held.remove();
    return done;
  }
}

// a button that copies what `text` gives, says so, and is itself again after a moment
function copies(button, text) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const name = button.textContent;
    if (!(await copied(text())) || name === entry().dataset.copied) return;
    tell(button.textContent = entry().dataset.copied);
    setTimeout(() => { button.textContent = name; }, 2500);
  });
}

// -- read aloud, where this device has a Korean voice: a voice of a service would be sent the text --------------
function readsAloud(button) {
  const speech = button && window.speechSynthesis;
  if (!speech) return;
  const koreanVoice = () => speech.getVoices().find((v) => v.lang.startsWith("ko") && v.localService);
  const name = button.textContent, show = () => { button.hidden = !koreanVoice(); };
  const over = () => { button.textContent = name; light(pinned); };
  show();
  speech.addEventListener("voiceschanged", show);
  addEventListener("pagehide", () => speech.cancel());
  button.addEventListener("click", () => {
    if (speech.speaking) { speech.cancel(); over(); return; }
    const list = $("#text"), sentences = [...list.querySelectorAll(".words")];
    const spoken = [$("#title"), ...(sentences.length ? sentences : [list])].map((node) => {
      const one = Object.assign(new SpeechSynthesisUtterance(node.textContent), { voice: koreanVoice(), lang: "ko-KR" });
      one.onstart = () => light(node.closest(".sentence"));
      return one;
    });
    spoken.at(-1).onend = over;
    button.textContent = button.dataset.stop;
    spoken.forEach((one) => speech.speak(one));
  });
}

// -- after every drawing ---------------------------------------------------------------------------------------
function ready() {
  const copy = $("#copy"), print_ = $("#print");
  copies(copy, () => {
    const list = $("#text") || $("#live"); // also what has been written so far
    const words = [...list.querySelectorAll(".words")].map((w) => w.textContent), notes = list.className === "notes";
    const between = (n) => (!n ? "" : notes ? "\n" : words.length > 10 && n % 5 === 0 ? "\n\n" : " "); // as in summary.py
    return words.map((w, n) => between(n) + w).join("") || list.textContent.trim();
  });
  copies($("#copy-link"), () => $("#link").value);
  readsAloud($("#aloud"));
  if (print_) { print_.hidden = false; print_.addEventListener("click", () => print()); }
  const pull = $("#pull");
  if (pull) pulling(pull);
  const question = $("#question");
  if (question) question.onsubmit = (e) => { e.preventDefault(); ask(); }; // the same form may be drawn again
  document.querySelectorAll(".suggestions form").forEach((form) => form.onsubmit = (e) => {
    e.preventDefault();
    $("#asked").value = $("button", form).value;
    form.remove();
    ask();
  });
}

// -- keys: one letter each, where nothing is typed; "?" shows them ---------------------------------------------
const keys = $("#keys"), press = (selector) => { const one = $(selector); if (one && !one.hidden) one.click(); };
const pressed = { // by the key's place: with a Korean input method its letter is another
  KeyN: () => location.assign("/"),
  KeyL: () => location.assign("/library"),
  KeyS: () => press("#save"),
  KeyC: () => press("#copy"),
  Slash: (e) => (e.key === "?" ? keys.showModal() : ($("#q") || $("#asked") || $("#source"))?.focus()),
};
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || keys.open || e.target.closest("input, textarea, select, [contenteditable]")) return;
  if (!pressed[e.code] || (e.shiftKey && e.code !== "Slash")) return;
  e.preventDefault();
  pressed[e.code](e);
});
$("#show-keys").hidden = false;
$("#show-keys").addEventListener("click", () => keys.showModal());

// without a connection a page says so, instead of the browser; plain http has no service workers
navigator.serviceWorker?.register("/sw.js").catch(() => {});

// -- the briefing: while articles are on their way the day is drawn anew, unless a key is on its way through it --
async function fillBriefing() {
  for (let n = 0; n < 200 && $("#day[data-waiting]"); n++) {
    await new Promise((over) => setTimeout(over, 3000));
    const day = $("#day"), answer = await fetch(day.dataset.waiting).catch(() => null);
    if (!answer?.ok) continue;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#day");
    if (fresh && !day.contains(document.activeElement) && fresh.innerHTML !== day.innerHTML) {
      fresh.querySelectorAll("noscript").forEach((one) => one.remove());
      day.replaceWith(document.adoptNode(fresh));
    }
  }
}
fillBriefing();

if ($("#ask")) home($("#ask"));
if (entry()?.hasAttribute("data-open")) follow();
ready();
