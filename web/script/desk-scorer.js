// Who keeps the score: shown, and told when it changes. While somebody else does, the buttons of the score are off, and
// the reason stands beside them.
import { setText } from "./view.js";

export function createScorer({ document, t, me, nameOf, speak }) {
  const card = document.getElementById("scorer");
  const note = document.getElementById("scorer-note");
  const taken = document.getElementById("taken");
  let holder;
  let first = true;

  taken.querySelector("button").addEventListener("click", () => {
    taken.hidden = true;
  });

  return {
    isMine: () => holder === undefined || holder === me(),
    show(board) {
      const before = holder;
      holder = board.scorer?.actor;
      const state = holder === undefined ? "none" : holder === me() ? "me" : "other";
      const name = board.scorer?.name ?? nameOf(holder);
      card.dataset.scorer = state;
      document.body.dataset.scorer = state;
      setText(note, t("scorer-" + state, { last: name }));
      for (const part of card.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
      // A field that is being filled in keeps its focus: only what cannot be sent is taken away.
      for (const set of document.querySelectorAll("fieldset[data-score]")) set.disabled = state === "other";
      if (!first && holder !== before) changed(before, state, name);
      first = false;
    },
  };

  function changed(before, state, name) {
    if (state === "other" && before === me()) {
      const words = t("scorer-taken", { last: name });
      setText(taken.querySelector("p"), words);
      taken.hidden = false;
      speak("alert", words);
    } else if (state === "other") speak("status", t("scorer-lost", { last: name }));
    else if (state === "me") {
      taken.hidden = true;
      speak("status", t("scorer-given"));
    } else speak("status", t("scorer-none"));
    if (state === "other") card.open = true;
    else {
      // What was pressed here is gone now; the focus stays in its place.
      if (card.contains(document.activeElement)) card.querySelector("summary").focus();
      card.open = false;
    }
  }
}
