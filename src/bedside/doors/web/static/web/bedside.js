// Small behaviours that any page asks for by a data attribute. Nothing here is needed to do the work: without
// script, forms send themselves, the menu opens, and the server ends idle sessions.
"use strict";

(() => {
  const SWEEP_MS = 1000;
  const WARN_SECONDS = 60;
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

  // --- every htmx request carries the CSRF token (the cookie is not readable by script, on purpose)
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
  });

  // --- data-confirm="Question": ask first, then send the form or follow the link.
  // data-confirm-yes="Words of the button" makes the answer say what will happen.
  const asked = new WeakSet();
  document.addEventListener("click", (event) => {
    const element = event.target.closest("[data-confirm]");
    const dialog = document.getElementById("confirm-dialog");
    if (!element || asked.has(element) || !dialog) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dialog.querySelector("#confirm-text").textContent = element.dataset.confirm;
    const yes = dialog.querySelector("[data-confirm-yes]");
    yes.textContent = element.dataset.confirmYes ?? "Yes, go on";
    yes.classList.toggle("button-danger", element.classList.contains("button-danger"));
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") return;
      asked.add(element);
      element.click();
      asked.delete(element);
    }, { once: true });
    dialog.showModal();
  }, true);

  // --- data-copy="#id of what to copy": copies its text or value and says so on the button
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    if (!source) return;
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it and press Ctrl+C";
    }
    setTimeout(() => { button.textContent = words; }, 2500);
  });

  // --- data-autosubmit on a control or a form: send the form when a choice changes
  document.addEventListener("change", (event) => {
    const holder = event.target.closest("[data-autosubmit]");
    if (holder) event.target.form?.requestSubmit();
  });

  // --- data-flash: a message that can be put away
  const addCloseButton = (flash) => {
    if (flash.querySelector(".flash-close")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "flash-close";
    button.setAttribute("aria-label", "Dismiss this message");
    button.textContent = "\u00d7";
    button.addEventListener("click", () => flash.remove());
    flash.append(button);
  };
  const prepare = (root) => root.querySelectorAll("[data-flash]").forEach(addCloseButton);
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement ?? document));

  // --- menus close on Escape and on a click elsewhere
  const menus = () => document.querySelectorAll("details.menu[open], details.account[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // --- idle warning. The server decides; this only warns a minute ahead and clears the screen afterwards.
  const idleSeconds = Number(document.body.dataset.idleSeconds ?? 0);
  const dialog = document.getElementById("idle-dialog");
  if (!idleSeconds || !dialog) return;
  let endsAt = Date.now() + idleSeconds * 1000;
  let asking = false;

  const leave = () => location.replace(`${document.body.dataset.signInAddress}?idle=yes`);
  const ask = async (method) => {
    // Asking must not keep the session alive; staying must.
    const headers = method === "POST" ? { "X-CSRFToken": token } : { "X-Bedside-Polling": "yes" };
    const answer = await fetch(document.body.dataset.sessionAddress, { method, headers, redirect: "manual", cache: "no-store" });
    if (!answer.ok) return leave();
    endsAt = Date.now() + (await answer.json()).seconds_left * 1000;
  };
  const look = async () => {
    const left = Math.round((endsAt - Date.now()) / 1000);
    if (asking || left > WARN_SECONDS) return;
    asking = true;
    try {
      if (!dialog.open || left <= 0) await ask("GET"); // another window may have been used meanwhile
      const now = Math.round((endsAt - Date.now()) / 1000);
      if (now > WARN_SECONDS) { if (dialog.open) dialog.close("other"); }
      else if (now <= -2) leave();
      else if (!dialog.open) { dialog.returnValue = ""; dialog.showModal(); }
      dialog.querySelector("[data-idle-left]").textContent = String(Math.max(now, 0));
    } catch { /* the network is away: try again at the next look */ } finally { asking = false; }
  };
  dialog.addEventListener("close", () => { if (dialog.returnValue !== "other") ask("POST").catch(() => {}); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig?.headers?.["X-Bedside-Polling"] !== "yes") endsAt = Date.now() + idleSeconds * 1000;
  });
  setInterval(look, SWEEP_MS);
  document.addEventListener("visibilitychange", look);
})();
