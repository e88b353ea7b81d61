// The comment box: its draft outlives a reload, and lines said often are one tap away.
import { el, pressable } from "./desk-dom.js";

export function createWords({ document, storage, t, game, phrases, board, minute, lastPlayer }) {
  const box = document.querySelector("form[data-command=comment] [name=text]");
  const key = "touchline.draft." + game;

  function keep() {
    try {
      if (box.value) storage().setItem(key, box.value);
      else storage().removeItem(key);
    } catch { /* kept on the page alone */ }
  }

  function restore() {
    try {
      box.value ||= storage().getItem(key) ?? "";
    } catch { /* nothing was kept */ }
  }

  // A phrase as it goes into the box, and where the caret stands: in the gap that nobody could fill.
  function use(phrase, side) {
    const filled = phrase.replaceAll("{side}", side).replaceAll("{minute}", minute() || "");
    const player = lastPlayer();
    const gap = player ? -1 : filled.indexOf("{player}");
    const line = filled.replaceAll("{player}", player || "").replace(/\s+/g, " ").trim();
    const before = box.value.trimEnd();
    box.value = before ? before + " " + line : line;
    const caret = gap < 0 ? box.value.length : box.value.length - line.length + gap;
    box.focus();
    box.setSelectionRange(caret, caret);
    keep();
  }

  const root = document.getElementById("phrases");
  if (root && phrases?.length) {
    const buttons = phrases.flatMap((phrase) => {
      const sides = phrase.includes("{side}") ? Object.values(board().sides).map((side) => side.name) : [""];
      return sides.map((side) => {
        const shown = phrase.replaceAll("{side}", side).replaceAll("{player}", "…").replaceAll("{minute}", "…");
        return pressable(document, shown, () => use(phrase, side), { className: "phrase" });
      });
    });
    root.querySelector("ul").replaceWith(el(document, "div", { className: "phrases" }, ...buttons));
  }
  box.addEventListener("input", keep);
  // Enter sends, as in every box of one line; with Shift it stays what it is in a text.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    box.form.requestSubmit();
  });
  restore();
  return { kept: keep };
}
