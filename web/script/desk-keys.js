// Single keys as shortcuts: off until they are switched on, never while something is typed (WCAG 2.1.4). First the side,
// then the letter of what it did.
import { el } from "./desk-dom.js";

const SWITCH = "touchline.keys";
const TAKEN = ["m", "u"];

// A letter for each action: the first of its name that is still free.
export function lettersFor(actions) {
  const used = new Set(TAKEN);
  const letters = new Map();
  for (const action of actions) {
    const free = [...action.label.toLowerCase()].find((letter) => /[a-z]/.test(letter) && !used.has(letter));
    if (!free) continue;
    used.add(free);
    letters.set(free, action);
  }
  return letters;
}

export function createKeys({ document, storage, t, speak, actions, sides, act, clock, undo, escape }) {
  const root = document.getElementById("keys");
  const box = document.getElementById("keys-on");
  const letters = lettersFor(actions);
  let side;

  function list() {
    const rows = [
      ...sides.map((one, index) => [String(index + 1), t("key-side", { last: one.name })]),
      ...[...letters].map(([letter, action]) => [letter.toUpperCase(), action.label]),
      ["Space", t("key-clock")], ["U", t("key-undo")], ["M", t("key-words")], ["Esc", t("key-escape")], ["?", t("key-list")],
    ];
    root.querySelector("dl").replaceChildren(...rows.map(([key, words]) =>
      el(document, "div", {}, el(document, "dt", {}, el(document, "kbd", {}, key)), el(document, "dd", {}, words))));
  }

  function pressed(event) {
    if (event.key === "Escape") return escape(event);
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (document.querySelector("dialog[open]") || event.target.closest("input:not([type=checkbox]),textarea,select")) return;
    const key = event.key.toLowerCase();
    const used = () => event.preventDefault();
    if (sides[Number(key) - 1]) {
      side = sides[Number(key) - 1];
      speak("status", t("key-side", { last: side.name }));
      return used();
    }
    if (key === " ") {
      // On a button the space bar presses that button.
      if (event.target.closest("button,summary,a,label")) return;
      clock();
    } else if (key === "u") undo();
    else if (key === "m") document.querySelector("form[data-command=comment] [name=text]").focus();
    else if (key === "?") {
      root.open = true;
      root.querySelector("summary").focus();
    } else if (letters.has(key)) {
      if (!side) speak("alert", t("key-side-first", { h: "1", a: "2" }));
      else act(side.id, letters.get(key));
      side = undefined;
    } else return;
    used();
  }

  try {
    box.checked = storage().getItem(SWITCH) === "on";
  } catch { /* off */ }
  box.addEventListener("change", () => {
    try {
      storage().setItem(SWITCH, box.checked ? "on" : "off");
    } catch { /* for this page alone */ }
  });
  document.addEventListener("keydown", pressed);
  list();
  root.hidden = false;
}
