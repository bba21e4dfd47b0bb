// The media library: drop a picture anywhere, see it before it is sent, see how far the upload is, and keep all that was
// typed when the server says no. Without script the form sends itself.
"use strict";

(() => {
  const form = document.querySelector("[data-media-form]");
  if (!form) return;
  const input = form.querySelector('input[type="file"]');
  const panel = document.getElementById("add");
  const problem = form.querySelector("[data-media-problem]");
  const chosen = form.querySelector("[data-media-chosen]");
  const progress = form.querySelector("[data-media-progress]");
  const button = form.querySelector('button[type="submit"]');
  form.querySelector("[data-media-hint]").hidden = false;

  const say = (sentence) => {
    problem.hidden = !sentence;
    problem.querySelector("p").textContent = sentence;
    if (sentence) problem.scrollIntoView({ block: "nearest" });
  };

  // --- what was chosen, drawn small: a canvas, since the page's policy loads no picture from elsewhere
  const show = async () => {
    const file = input.files[0];
    chosen.hidden = !file;
    say("");
    if (!file) return;
    chosen.querySelector("span").textContent = `${file.name}, ${file.size < 1e6 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`}`;
    const canvas = chosen.querySelector("canvas");
    canvas.hidden = true;
    try {
      const picture = await createImageBitmap(file);
      const share = Math.min(160 / picture.width, 120 / picture.height, 1);
      canvas.width = Math.max(1, Math.round(picture.width * share));
      canvas.height = Math.max(1, Math.round(picture.height * share));
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.hidden = false;
    } catch { /* the server says what is wrong with it */ }
  };
  input.addEventListener("change", show);

  // --- dropping, anywhere on the page
  const carriesFile = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const dropping = (on) => document.body.classList.toggle("media-dropping", on);
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    dropping(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) dropping(false); });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    dropping(false);
    const one = new DataTransfer();
    if (event.dataTransfer.files[0]) one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    panel.open = true;
    panel.scrollIntoView({ block: "start" });
    form.querySelector("#name").focus({ preventScroll: true });
    show();
  });

  // --- sending, with progress; an answer that refuses leaves the form, and the file, as they are
  const busy = (on) => { button.disabled = on; progress.hidden = !on; };
  form.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (file && file.size > Number(form.dataset.bytesMax)) {
      event.preventDefault();
      return say("The file is too large; save it smaller and add it again.");
    }
    event.preventDefault();
    say("");
    const bar = progress.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (sent) => { if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total; });
    request.addEventListener("load", () => {
      if (request.status === 200 && request.response?.address) return location.assign(request.response.address);
      busy(false);
      say(request.response?.sentence ?? "That did not work; load this page anew and try again.");
    });
    request.addEventListener("error", () => { busy(false); say("The connection was lost. Nothing is lost: try again."); });
    busy(true);
    request.send(new FormData(form));
  });
})();
