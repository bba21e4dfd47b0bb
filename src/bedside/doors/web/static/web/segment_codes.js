// Search as one types for sets of codes and codes. Without this file there is a button that finds.
"use strict";

(() => {
  const form = document.getElementById("rule-form");
  if (!form) return;
  const PAUSE_MS = 120;
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  let timer = 0;
  let asked = 0; // only the newest answer is shown

  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const optionsOf = (input) => [...listOf(input).querySelectorAll("button[role=option]")];
  const isSearch = (element) => element.matches?.("[data-find]");

  const mark = (input, chosen) => {
    optionsOf(input).forEach((option) => option.setAttribute("aria-selected", String(option === chosen)));
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  };
  const close = (input) => {
    asked += 1;
    clearTimeout(timer);
    if (!input.isConnected) return;
    listOf(input).hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const open = async (input) => {
    const turn = asked += 1;
    const path = input.name.replace(/\.find$/, "");
    const taken = [...form.querySelectorAll(`[name="${CSS.escape(path)}.of"]`)].map((code) => ["taken", code.value]);
    const body = new URLSearchParams([["kind", input.dataset.find], ["path", path], ["text", input.value], ...taken]);
    const answer = await fetch(form.dataset.codesAddress, { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, body }).catch(() => null);
    const found = answer?.ok ? await answer.text() : "";
    if (turn !== asked || !found || document.activeElement !== input) return;
    listOf(input).innerHTML = found;
    listOf(input).hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(input, null);
  };
  const step = (input, by) => {
    const options = optionsOf(input);
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    mark(input, options[(now + by + options.length + (now < 0 && by < 0 ? 1 : 0)) % options.length]);
  };

  form.addEventListener("input", ({ target }) => {
    if (!isSearch(target)) return;
    clearTimeout(timer);
    timer = setTimeout(open, PAUSE_MS, target);
  });
  form.addEventListener("click", ({ target }) => {
    if (isSearch(target) && listOf(target).hidden) open(target);
  });
  form.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!isSearch(input)) return;
    const isOpen = !listOf(input).hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (isOpen && optionsOf(input).length) step(input, event.key === "ArrowDown" ? 1 : -1);
      else open(input);
    } else if (event.key === "Enter") {
      const options = isOpen ? optionsOf(input) : [];
      (options.find((option) => option.getAttribute("aria-selected") === "true") ?? options[0])?.click();
    } else if (event.key === "Escape" && isOpen) close(input);
    else return;
    event.preventDefault();
  });
  // A press on what was found must not take the focus from the search, or the list would close under the finger.
  form.addEventListener("mousedown", (event) => { if (event.target.closest(".found")) event.preventDefault(); });
  form.addEventListener("focusout", ({ target }) => { if (isSearch(target)) close(target); });
})();
