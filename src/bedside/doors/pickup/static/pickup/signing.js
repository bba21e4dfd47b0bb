// Drawing a signature: strokes into one path. Without it the typed name is the signature.
"use strict";

(() => {
  const LENGTH_MAX = 39000;
  const box = document.querySelector("[data-drawing]");
  if (!box || !window.PointerEvent) return;
  const svg = box.querySelector("svg");
  const path = box.querySelector("path");
  const field = box.querySelector('input[name="drawing"]');
  let drawing = field.value;
  let last = "";

  const point = (event) => {
    const edge = svg.getBoundingClientRect();
    const across = Math.round(((event.clientX - edge.left) / edge.width) * 600);
    const down = Math.round(((event.clientY - edge.top) / edge.height) * 200);
    return `${Math.min(600, Math.max(0, across))} ${Math.min(200, Math.max(0, down))}`;
  };
  const add = (letter, at) => {
    if (at === last || drawing.length > LENGTH_MAX) return;
    last = at;
    drawing += letter + at;
    path.setAttribute("d", drawing);
    field.value = drawing;
  };
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    last = "";
    add("M", point(event));
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) add("L", point(event));
  });
  box.querySelector("[data-clear]").addEventListener("click", () => {
    drawing = last = field.value = "";
    path.setAttribute("d", "");
  });
  box.hidden = false;
})();
