// Right after an entry was accepted: one tap takes it back. The bar stays while a finger, a pointer or the keyboard is at it.
import { el, pressable } from "./desk-dom.js";

const STAYS = 8000;
const LOOKS_AGAIN = 1000;
const UNDOABLE = ["action", "comment", "insert", "segment", "state"];

export function createUndo({ document, host, t, undo, edit, follow }) {
  const root = document.getElementById("undo");
  let timer;
  let shown;

  function hide() {
    host.clearTimeout(timer);
    shown = undefined;
    root.hidden = true;
    root.replaceChildren();
  }

  function expire() {
    if (root.matches(":hover,:focus-within")) timer = host.setTimeout(expire, LOOKS_AGAIN);
    else hide();
  }

  return {
    hide,
    // With every change of the board: what is gone already cannot be taken back here.
    check(board) {
      const entry = shown && board.timeline?.[shown.seq];
      if (entry && (entry.voided_by ?? entry.replaced_by) !== undefined) hide();
    },
    // `next` are the actions the sport offers now: a kick after a penalty was given.
    show({ seq, label, command }, next) {
      if (!UNDOABLE.includes(command.type) || seq === undefined) return;
      host.clearTimeout(timer);
      shown = { seq, label };
      const offered = next.map((action) => pressable(document, action.label, () => {
        hide();
        follow(action, seq, command);
      }, { "data-follow": action.id }));
      const editable = command.type === "action" || command.type === "comment";
      root.replaceChildren(
        el(document, "p", {}, label),
        el(document, "p", { className: "tools" }, ...offered,
          pressable(document, t("undo"), () => {
            const what = shown;
            hide();
            undo(what);
          }, { "data-undo": seq, className: "big primary" }),
          editable ? pressable(document, t("edit"), () => {
            hide();
            edit(seq);
          }, { "data-edit": seq }) : undefined),
      );
      root.hidden = false;
      timer = host.setTimeout(expire, STAYS);
    },
  };
}
