// The builder works without this file. With it, a wrong value is also marked for assistive technology while one
// types, and leaving with unsaved changes is asked about first.
"use strict";

(() => {
  const form = document.getElementById("rule-form");
  if (!form) return;

  const mark = () => {
    form.querySelectorAll(".error[data-of]").forEach((error) => {
      const wrong = error.textContent.trim() !== "";
      form.querySelectorAll(`[name="${CSS.escape(error.dataset.of)}"]`).forEach((control) => {
        if (wrong) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      });
    });
  };
  document.addEventListener("htmx:afterSettle", mark);

  let unsaved = form.dataset.unsaved === "yes";
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "builder") unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
})();
