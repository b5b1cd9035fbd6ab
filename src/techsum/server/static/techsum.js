// What the pages gain with a script: the text as it is written, lit evidence, drop, copy. All of it works without.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const entry = () => $("#entry");

// -- evidence: a summary sentence lights its places in the article ------------------------------------
const places = (sentence) =>
  (sentence.dataset.evidence || "").trim().split(/\s+/).filter(Boolean).map((n) => document.getElementById("a" + n)).filter(Boolean);

function light(sentence) {
  document.querySelectorAll(".s.lit").forEach((s) => s.classList.remove("lit"));
  if (sentence) places(sentence).forEach((s) => s.classList.add("lit"));
}

document.addEventListener("mouseover", (e) => light(e.target.closest?.(".sentence")));
document.addEventListener("focusin", (e) => { const s = e.target.closest?.(".sentence"); if (s) light(s); });
document.addEventListener("click", (e) => {
  const sentence = e.target.closest?.(".sentence");
  if (!sentence || e.target.closest(".cite") || String(getSelection())) return;
  const [first] = places(sentence);
  if (first) first.scrollIntoView({ block: "center" });
});

function sentenceNode(said, cited) {
  const node = document.createElement("li");
  node.className = said.notices.length ? "sentence doubted" : "sentence";
  node.dataset.evidence = said.evidence.map((e) => e.start).join(" ");
  const words = Object.assign(document.createElement("span"), { className: "words", textContent: said.text });
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

// -- questions -------------------------------------------------------------------------------------------
async function ask(form) {
  const input = $("#asked"), question = input.value.trim(), problem = $("#chat-problem");
  if (!question) return;
  problem.textContent = "";
  const button = $("button", form);
  button.disabled = true;
  const item = document.createElement("li"), list = Object.assign(document.createElement("ol"), { className: "prose" });
  item.append(Object.assign(document.createElement("p"), { className: "question", textContent: question }), list);
  list.setAttribute("aria-live", "polite");
  $("#chat").append(item);
  const live = new Live(list);
  try {
    const answer = await fetch(`/api/summaries/${entry().dataset.id}/questions`, {
      method: "POST", headers: { "Content-Type": "application/json", Accept: "text/event-stream" }, body: JSON.stringify({ question }),
    });
    if (!answer.ok) throw new Error((await answer.json()).title);
    input.value = "";
    for await (const [name, said] of eventsOf(answer.body)) {
      if (name === "piece") live.piece(said.text);
      else if (name === "sentence") live.sentence(said);
      else if (name === "withdrawn") live.withdrawn(said);
      else if (name === "failed") throw new Error(said.title);
      else if (name === "answer" && !said.found) list.replaceChildren(Object.assign(document.createElement("li"), { className: "answer", textContent: said.answer }));
    }
  } catch (error) {
    item.remove();
    input.value = question;
    problem.textContent = error instanceof TypeError ? entry().dataset.lost : error.message;
  }
  button.disabled = false;
  input.focus();
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
  const isLink = () => /^\s*https?:\/\/\S+\s*$/.test(source.value);
  const chosen = $("#chosen");
  const named = () => { chosen.textContent = file.files.length ? file.files[0].name : chosen.dataset.none; };
  file.addEventListener("change", named);
  const tell = () => {
    const length = source.value.trim().length;
    count.textContent = !length ? minimum : isLink() ? count.dataset.link : count.dataset.text.replace("%", length.toLocaleString());
  };
  source.addEventListener("input", tell);
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
  form.addEventListener("reset", () => { problem.textContent = ""; setTimeout(() => { source.value = ""; tell(); named(); source.focus(); }); });
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
      location.assign("/s/" + said.id);
      return;
    } catch (error) {
      problem.textContent = error instanceof TypeError || error instanceof SyntaxError ? form.dataset.lost : error.message;
      source.focus();
    }
    button.disabled = false;
    button.textContent = name;
  });
  // the other language is another page: what was typed goes along, and is in this tab alone
  $("#language").addEventListener("submit", () => sessionStorage.setItem("typed", source.value));
  source.value ||= sessionStorage.getItem("typed") || "";
  sessionStorage.removeItem("typed");
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

// -- after every drawing ---------------------------------------------------------------------------------------
function ready() {
  const copy = $("#copy"), print_ = $("#print");
  if (copy) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const list = $("#text") || $("#live"); // also what has been written so far
      const text = [...list.querySelectorAll(".words")].map((w) => w.textContent).join(list.className === "notes" ? "\n" : " ") || list.textContent.trim();
      if (await copied(text)) tell(copy.textContent = entry().dataset.copied);
    });
  }
  if (print_) { print_.hidden = false; print_.addEventListener("click", () => print()); }
  const question = $("#question");
  if (question) question.onsubmit = (e) => { e.preventDefault(); ask(question); }; // the same form may be drawn again
  document.querySelectorAll(".suggestions form").forEach((form) => form.onsubmit = (e) => {
    e.preventDefault();
    $("#asked").value = $("button", form).value;
    form.remove();
    ask(question);
  });
  document.querySelectorAll("form[data-sure]").forEach((form) => form.addEventListener("submit", (e) => { if (!confirm(form.dataset.sure)) e.preventDefault(); }));
}

if ($("#ask")) home($("#ask"));
if (entry()?.hasAttribute("data-open")) follow();
ready();
