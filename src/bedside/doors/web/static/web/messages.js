// The message editor. Without script everything works by buttons: this adds a live preview, fields that insert
// themselves where one was writing, line numbers, and blocks that move without losing one's place.
"use strict";

(() => {
  document.documentElement.classList.add("with-script");
  const form = document.getElementById("editor");
  if (!form) return;
  const PAUSE_MS = 450;

  // --- a pause in writing: ask the server what it thinks (htmx, #check), then draw the preview anew
  let waiting = 0;
  let unsaved = false;
  const typed = () => {
    unsaved = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => document.body.dispatchEvent(new Event("bedside:typed")), PAUSE_MS);
  };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "check") return;
    markLines();
    if (unsaved) draw();
  });

  // --- the preview is a form answer in a frame. A fresh frame each time keeps it out of the browser's history;
  // it is shown when it is ready, so nothing flickers.
  const draw = () => {
    const holder = document.querySelector("[data-look]");
    const old = holder.querySelector("iframe:not(.coming)");
    holder.querySelectorAll("iframe.coming").forEach((frame) => frame.remove());
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = old.title;
    frame.name = `mail-look-${Date.now()}`;
    frame.className = "coming";
    holder.append(frame);
    frame.addEventListener("load", () => { frame.classList.remove("coming"); old.remove(); });
    const { action, target } = form;
    form.action = form.dataset.frameAddress;
    form.target = frame.name;
    HTMLFormElement.prototype.submit.call(form);
    form.action = action;
    form.target = target;
  };

  // --- fields go where one was writing last
  let last = null;
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-takes-fields]")) last = event.target;
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const place = last?.isConnected ? last : form.querySelector("#mjml, .block [data-takes-fields], #subject");
    if (!place) return;
    place.focus();
    place.setRangeText(button.dataset.insert, place.selectionStart, place.selectionEnd, "end");
    place.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // --- blocks move without leaving the page; focus stays on the block that moved
  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter?.hasAttribute("data-rearrange") ? event.submitter.value : "";
    if (!pressed) { unsaved = false; return; }
    event.preventDefault();
    const typedNow = new FormData(form, event.submitter);
    const answer = await fetch(form.action, { method: "POST", body: typedNow });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("blocks");
    if (!fresh) { location.reload(); return; }  // signed out meanwhile
    document.getElementById("blocks").replaceWith(document.adoptNode(fresh));
    const [verb, number] = pressed.split("-");
    const place = Number(number) + { up: -1, down: 1, add: 1, remove: 0 }[verb];
    const block = document.getElementById(`block-${place}`) ?? document.querySelector(".block:last-of-type");
    (block?.querySelector(".field input, .field textarea") ?? block?.querySelector("button"))?.focus();
    typed();
  });

  // --- line numbers beside the source; the lines with problems stand out
  const source = document.getElementById("mjml");
  const numbers = document.createElement("pre");
  const drawNumbers = () => {
    if (!source) return;
    const marked = new Set([...document.querySelectorAll("#check [data-line]")].map((link) => Number(link.dataset.line)));
    const lines = source.value.split("\n").map((_, index) => {
      const line = document.createElement(marked.has(index + 1) ? "b" : "span");
      line.textContent = `${index + 1}\n`;
      return line;
    });
    numbers.replaceChildren(...lines);
    numbers.scrollTop = source.scrollTop;
  };
  const markLines = drawNumbers;
  if (source) {
    numbers.className = "line-numbers";
    numbers.setAttribute("aria-hidden", "true");
    source.before(numbers);
    source.addEventListener("input", drawNumbers);
    source.addEventListener("scroll", () => { numbers.scrollTop = source.scrollTop; });
    drawNumbers();
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link || !source) return;
    event.preventDefault();
    const lines = source.value.split("\n");
    const before = lines.slice(0, Number(link.dataset.line) - 1).join("\n").length;
    const start = before ? before + 1 : 0;
    source.focus();
    source.setSelectionRange(start, start + (lines[Number(link.dataset.line) - 1] ?? "").length);
    source.scrollTop = (Number(link.dataset.line) - 6) * parseFloat(getComputedStyle(source).lineHeight);
  });

  // --- leaving with something unsaved asks first
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
})();
