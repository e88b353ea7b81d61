// One's own entries and what became of them, newest first: in words, and with what can be done about it.
import { pressable } from "./desk-dom.js";
import { setText } from "./view.js";

const KEPT_ROWS = 4;

export function createRows({ document, t, again, discard, count }) {
  const section = document.getElementById("mine");
  const list = section.querySelector("ul");
  const queue = document.getElementById("queue");
  const rows = new Map();
  let all; // the button that sends everything again

  function rowOf(item) {
    let row = rows.get(item);
    if (row) return row;
    row = document.createElement("li");
    const label = document.createElement("b");
    label.textContent = item.label;
    const outcome = document.createElement("span");
    outcome.className = "state";
    const choices = document.createElement("p");
    choices.className = "row";
    choices.append(pressable(document, t("send-again"), () => again(item), { "data-again": "" }),
      pressable(document, t("discard"), () => discard(item), { "data-discard": "" }));
    row.append(label, " ", outcome, choices);
    list.prepend(row);
    rows.set(item, row);
    section.hidden = false;
    return row;
  }

  function words(state, detail) {
    if (state === "refused") return t("refused", { reason: detail || "?" });
    if (state === "check") return t("needs-check", { reason: t("someone-changed", { reason: detail || "" }) });
    if (state === "signed-out") return t("session-ended");
    return t(state);
  }

  function trim() {
    for (const row of [...list.querySelectorAll("[data-outcome=accepted]")].slice(KEPT_ROWS)) row.remove();
    for (const [item, row] of rows) if (!row.isConnected) rows.delete(item);
    const open = list.querySelectorAll("[data-outcome=check],[data-outcome=refused]");
    if (open.length > 1 && !all) {
      all = pressable(document, t("send-all-again"), () => [...rows.keys()].reverse()
        .filter((item) => item.state === "check" || item.state === "refused").forEach(again));
      section.append(all);
    } else if (open.length < 2) {
      all?.remove();
      all = undefined;
    }
    section.hidden = list.children.length === 0;
  }

  return {
    // Gives the words of the state.
    show(item, state, detail) {
      if (state === "gone") {
        const row = rows.get(item);
        const inside = row?.contains(document.activeElement);
        row?.remove();
        if (inside) document.getElementById("main").focus();
        trim();
        return "";
      }
      const row = rowOf(item);
      const told = words(state, detail);
      row.dataset.outcome = state;
      setText(row.querySelector(".state"), told);
      row.querySelector(".row").hidden = !["refused", "check", "signed-out"].includes(state);
      trim();
      return told;
    },
    showQueue(late) {
      const waiting = count();
      queue.hidden = !(late && waiting);
      setText(queue, waiting ? t("waiting-count", { count: waiting }) : "");
    },
  };
}
