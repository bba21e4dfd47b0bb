// The builder works without this file. With it, what one types is counted after a pause, and buttons that change the
// conditions do so in place. However slow the server, nothing typed is lost and the last state is the one counted:
// one request is under way at a time, and conditions that come back to a form that has changed since are not shown
// but asked for anew.
"use strict";

(() => {
  const form = document.getElementById("rule-form");
  if (!form) return;
  const PAUSE_MS = 200;
  const RETRY_MS = 2000;
  const builder = document.getElementById("builder");

  let typed = 0;        // grows with everything typed or chosen in the builder that can change the count
  let touched = 0;      // grows with everything typed there
  let counted = 0;      // what it was when the request was sent that counts last
  let presses = [];     // what was pressed and is not answered yet, oldest first: {control, do, target}
  let asked = null;     // the request under way: {press, typed}, and how its answer was taken
  let leaving = null;   // the button that sends the form, when all that was pressed before it is answered
  let jsonIsTheirs = false;
  let unsaved = form.dataset.unsaved === "yes";
  let timer = 0;

  // --- what people do; heard by the form, so that controls that have just come are heard as well
  const press = (control) => {
    presses.push({ control, do: control.matches("select") ? "update" : control.value, target: control.dataset.asks });
    if (control.dataset.asks === "#builder") unsaved = true;
    if (asked && !asked.press) htmx.trigger(form, "htmx:abort"); // a count that nobody waits for any more
    ask();
  };
  form.addEventListener("input", (event) => {
    unsaved = true;
    if (event.target.id === "json") jsonIsTheirs = true;
    if (!builder.contains(event.target)) return;
    jsonIsTheirs = false;
    touched += 1;
    if (event.target.matches("[data-find]")) return; // a search for codes counts nobody
    typed += 1;
    askAfter(PAUSE_MS);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select[data-asks]")) press(event.target);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.asks) press(event.submitter);
    else if (presses.length) leaving = event.submitter;
    else { unsaved = false; return; }
    event.preventDefault();
  });

  // --- asking
  const askAfter = (pause) => { clearTimeout(timer); timer = setTimeout(ask, pause); };
  const ask = async () => {
    clearTimeout(timer);
    if (asked || (!presses.length && typed === counted)) return;
    asked = { press: presses[0], typed, touched };
    const target = asked.press?.target ?? "#result";
    const counts = target !== "#preview";
    if (counts) counted = typed;
    const values = { do: asked.press?.do ?? "" };
    const address = form.getAttribute("action");
    const came = await htmx.ajax("POST", address, { source: form, target, swap: "innerHTML settle:0ms", values })
      .then(() => true, () => false);
    if (!came && counts) counted = -1;
    goOn(came, asked);
  };
  const goOn = (came, { press: answered, taken, stale }) => {
    asked = null;
    if (came && !taken) return; // the answer leads elsewhere, such as to signing in
    if (!came && (answered || !presses.length)) askAfter(RETRY_MS); // the network is away
    else if (presses.length && !stale) ask();
    else if (presses.length || typed !== counted) askAfter(PAUSE_MS);
    if (!leaving || presses.length) return;
    form.requestSubmit(leaving);
    leaving = null;
  };

  // --- taking the answer
  form.addEventListener("htmx:beforeSwap", ({ detail: answer }) => {
    if (answer.target.id === "advice") return; // it asks for itself, and changes nothing that one works with
    asked.taken = true;
    if (answer.isError) {
      presses = [];
      leaving = null;
      if (answer.target === builder) answer.target = document.getElementById("result"); // what is typed stays
      return;
    }
    asked.stale = answer.target === builder && asked.touched !== touched;
    answer.shouldSwap = !asked.stale;
    if (!asked.press || asked.stale) return;
    presses.shift();
    presses = presses.map((later) => ({ ...later, do: movedUp(later.do, asked.press.do) })).filter((later) => later.do);
    asked.place = placeOf(document.activeElement);
  });
  form.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (detail.target.id === "json" && jsonIsTheirs) detail.shouldSwap = false;
    // Who was in the audience before is no longer shown; where nobody is shown, nothing is said anew.
    if (detail.target.id === "preview" && !detail.target.querySelector("table")) detail.shouldSwap = false;
  });
  form.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target === builder && asked?.place) goBackTo(asked.place);
  });

  // --- who has gone on to another control stays there; else the answer says where to go on
  const placeOf = (control) => {
    if (control === asked.press.control || !form.contains(control)) return null;
    return { control, start: control.selectionStart, end: control.selectionEnd };
  };
  const goBackTo = ({ control, start, end }) => {
    builder.querySelectorAll("[autofocus]").forEach((other) => other.removeAttribute("autofocus"));
    const found = control.isConnected ? control : document.getElementById(movedUp(control.id, asked.press.do));
    found?.focus();
    if (typeof start === "number") found?.setSelectionRange?.(start, end);
  };

  // --- conditions are known by where they stand: `id` names a place (remove:r-1-0, r-1-0-field), and after the
  // condition in front of it is gone that place has another number. Empty when it is gone itself.
  const movedUp = (id, done) => {
    const [removed, parent, gone] = done.match(/^remove:(.*)-(\d+)$/) ?? [];
    if (!removed) return id;
    const [, front, number, rest] = id.match(`^((?:.*:)?${parent}-)(\\d+)(.*)$`) ?? [];
    if (!front || Number(number) < Number(gone)) return id;
    return number === gone ? "" : `${front}${number - 1}${rest}`;
  };

  // --- a wrong value is marked for assistive technology while one types
  form.addEventListener("htmx:afterSettle", () => {
    form.querySelectorAll(".error[data-of]").forEach((error) => {
      const wrong = error.textContent.trim() !== "";
      form.querySelectorAll(`[name="${CSS.escape(error.dataset.of)}"]`).forEach((control) => {
        if (wrong) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      });
    });
  });

  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
})();
