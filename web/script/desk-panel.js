// An entry of the list opened for a correction: what would change is shown before it is sent, and what somebody else
// changes meanwhile is told, never put in its place.
import { el, pressable } from "./desk-dom.js";
import { setText } from "./view.js";

// `ask(command)` tells what a command would change; `commandFor(form)` reads a form; `nameOf(actor)`.
export function createPanels({ document, t, ask, commandFor, nameOf, insteadOf }) {
  const template = document.getElementById("panel");
  let open; // {element, seq, mode}

  function close() {
    const link = open?.element.closest("li")?.querySelector(`[data-do=${open.mode}]`);
    const inside = open?.element.contains(document.activeElement);
    open?.element.remove();
    open = undefined;
    if (inside) link?.focus();
  }

  function fill(form, entry) {
    const put = (name, value) => {
      const field = form.elements.namedItem(name);
      if (field && value !== undefined) field.value = value;
    };
    put("seq", entry.seq);
    for (const part of form.querySelectorAll("[data-of]")) {
      if ((part.dataset.of === "comment") !== (entry.comment !== undefined)) part.remove();
    }
    if (entry.comment !== undefined) {
      form.append(el(document, "input", { type: "hidden", name: "with", value: "comment" }));
      return put("text", entry.comment);
    }
    for (const name of ["action", "side", "player", "other"]) put(name, entry[name]);
    put("tags", entry.tags?.[0] ?? "");
  }

  async function preview(form, place) {
    const { command, wrong } = commandFor(form);
    place.replaceChildren(el(document, "p", {}, wrong ? t(wrong) : t("preview-wait")));
    if (wrong) return;
    const told = await ask(command);
    place.replaceChildren(...linesOf(told).map((line) => el(document, "p", {}, line)));
    place.setAttribute("data-known", "");
  }

  function linesOf(told) {
    if (!told) return [t("preview-none")];
    if (told.outcome !== "would-be-accepted") return [t("preview-refused", { reason: told.detail ?? told.title ?? "?" })];
    const { before, after } = told.score_text;
    const gone = Object.values(told.gone);
    return [
      before === after ? t("preview-same", { last: after }) : t("preview-score", { h: before, a: after }),
      ...(gone.length ? [t("preview-gone") + " " + gone.join(" ")] : []),
      ...(told.added ? [t("preview-added", { last: told.added })] : []),
    ];
  }

  return {
    close,
    isOpen: () => open !== undefined,
    preview,
    show(row, entry, mode) {
      close();
      const element = template.content.firstElementChild.cloneNode(true);
      for (const part of element.querySelectorAll("[data-panel]")) if (part.dataset.panel !== mode) part.remove();
      const form = element.querySelector("form");
      fill(form, entry);
      element.querySelector("[data-close]").addEventListener("click", close);
      row.append(element);
      open = { element, seq: entry.seq, mode, known: entry.text };
      const place = element.querySelector(".preview");
      place.setAttribute("role", "status");
      if (mode === "void") preview(form, place);
      const first = mode === "void" ? form.querySelector("button") : form.querySelector("select,textarea");
      first.focus();
      first.scrollIntoView({ block: "center" });
    },
    // With every change of the board: is what is open here still what it was?
    check(board) {
      const entry = open && board.timeline?.[open.seq];
      const by = entry?.voided_by ?? entry?.replaced_by;
      if (!open || by === undefined || open.told === by) return;
      open.told = by;
      const theirs = board.timeline?.[by];
      const name = nameOf(theirs?.by);
      const words = entry.voided_by !== undefined ? t("theirs-gone", { last: name })
        : t("theirs", { last: name, reason: theirs?.text ?? "" });
      const place = open.element.querySelector(".theirs");
      const form = open.element.querySelector("form");
      const keep = () => {
        place.hidden = true;
        insteadOf(form, entry.voided_by === undefined ? by : undefined, open.seq);
      };
      place.replaceChildren(el(document, "span", { role: "status" }, words), " ", pressable(document, t("use-theirs"), close));
      if (open.mode === "edit") place.append(" ", pressable(document, t("keep-mine"), keep));
      place.hidden = false;
      setText(open.element.querySelector(".preview"), "");
    },
  };
}
