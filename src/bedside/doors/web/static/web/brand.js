// The brand kit's page: what is chosen is drawn in the frame beside it. Without script a button does.
"use strict";

(() => {
  const form = document.getElementById("brand");
  const holder = document.querySelector("[data-look]");
  if (!form || !holder) return;
  document.documentElement.classList.add("with-script");
  const PAUSE_MS = 300;
  let waiting = 0;

  // A fresh frame each time keeps it out of the browser's history; it is shown when it is ready.
  const draw = () => {
    const old = holder.querySelector("iframe:not(.coming)");
    holder.querySelectorAll("iframe.coming").forEach((frame) => frame.remove());
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = old.title;
    frame.name = `brand-look-${Date.now()}`;
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

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, PAUSE_MS);
  });
})();
