// The desk with script: the same forms, sent without leaving the page. Each entry stands in a list of one's own as
// waiting, accepted or refused; the board below is the live one.
import { createRegions } from "./announcer.js";
import { clockValue } from "./clock.js";
import { commandOf, newId } from "./command.js";
import { createOutbox } from "./outbox.js";
import { browserHost, createPage } from "./page.js";
import { describe, setText, showDetails, showEntries, showScore } from "./view.js";

const KEPT_ROWS = 8;

function startDesk() {
  const source = document.getElementById("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  const host = browserHost(window);
  const page = createPage(state, host);
  const { t, box } = page;
  const speak = createRegions({ host, document });
  const section = document.getElementById("mine");
  const rows = section.querySelector("ul");

  // ---- the live board

  function draw() {
    if (page.paused()) return;
    const board = page.board();
    showEntries(board, t, dress);
    showDetails(board, describe(board, box.now(), t), t);
    showPeriods(board);
    showChoices(board);
    const question = document.getElementById("resume");
    if (question && !board.resume_question) question.hidden = true;
    tick();
  }

  function tick() {
    const board = page.board();
    showScore(describe(board, box.now(), t), 0, t);
    page.showAges(board.last_entry_at);
  }

  function dress(element, entry) {
    const undo = element.querySelector(".undo");
    if (!undo) return;
    if (element.dataset.gone) return undo.remove();
    undo.querySelector("[name=seq]").value = entry.seq;
    undo.querySelector("summary").setAttribute("aria-label", t("take-back-of", { last: entry.text ?? "" }));
  }

  // Which period can end or start now: the same rule as the page was made by.
  function showPeriods(board) {
    const starts = [...document.querySelectorAll("[data-start]")];
    const ends = [...document.querySelectorAll("[data-end]")];
    const at = ends.findIndex((button) => button.dataset.end === board.segment);
    const live = board.state === "live";
    const rest = !live && !["final", "cancelled", "awarded"].includes(board.state);
    for (const button of starts) button.hidden = !(rest && button.dataset.start === board.next);
    for (const element of document.querySelectorAll("[data-only]")) {
      element.hidden = !element.dataset.only.split(" ").includes(board.segment);
    }
    for (const element of document.querySelectorAll("[data-except]")) {
      element.hidden = element.dataset.except.split(" ").includes(board.segment);
    }
    for (const [index, button] of ends.entries()) button.hidden = !(live && index === at);
  }

  function showChoices(board) {
    const entries = [...document.querySelectorAll("#timeline > li")].map((element) => element.id.slice(1))
      .map((seq) => board.timeline?.[seq]).filter((one) => one?.side && !one.voids && !one.voided_by && !one.replaced_by);
    for (const select of document.querySelectorAll("select[data-entries]")) {
      // A choice that is being made is left alone.
      if (document.activeElement === select) continue;
      const chosen = select.value;
      const none = [...select.options].filter((option) => option.value === "");
      select.replaceChildren(...none, ...entries.map((entry) => new Option(`${entry.at?.text ?? ""} ${entry.text ?? ""}`, entry.seq)));
      if ([...select.options].some((option) => option.value === chosen)) select.value = chosen;
    }
  }

  // ---- one's own entries

  const outbox = createOutbox({
    host,
    url: `/api/v1/games/${encodeURIComponent(state.board.id)}/commands`,
    onState(item, outcome, detail) {
      item.row ??= newRow(item);
      const words = {
        waiting: t("waiting"),
        retrying: t("retrying"),
        accepted: t("accepted"),
        refused: t("refused", { reason: detail || "?" }),
        "signed-out": t("no-session"),
      };
      item.row.dataset.outcome = outcome;
      setText(item.row.querySelector(".state"), words[outcome]);
      item.row.querySelector(".choices").hidden = outcome !== "signed-out";
      const done = outcome === "accepted" || outcome === "refused";
      if (done) free(item.about.form);
      if (outcome === "refused") restore(item.about);
      if (outcome === "accepted") speak("status", t("accepted") + ": " + item.about.label);
      else if (outcome !== "waiting" && !item.told) speak("alert", item.about.label + ". " + words[outcome]);
      item.told = outcome === "retrying";
      trim();
    },
  });

  function newRow(item) {
    const row = document.createElement("li");
    const label = document.createElement("b");
    label.textContent = item.about.label;
    const outcome = document.createElement("span");
    outcome.className = "state";
    const choices = document.createElement("p");
    choices.className = "choices row";
    choices.append(button(t("send-again"), () => outbox.again(item)), button(t("discard"), () => {
      outbox.discard(item);
      free(item.about.form);
      row.remove();
    }));
    row.append(label, " ", outcome, choices);
    rows.prepend(row);
    section.hidden = false;
    return row;
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  function trim() {
    const done = rows.querySelectorAll("[data-outcome=accepted],[data-outcome=refused]");
    for (const row of [...done].slice(KEPT_ROWS)) row.remove();
  }

  function free(form) {
    const left = Number(form.dataset.pending ?? 1) - 1;
    form.dataset.pending = left;
    form.setAttribute("aria-busy", String(left > 0));
  }

  // What was refused comes back into its form, unless something else is being written there already.
  function restore({ form, texts }) {
    if (!form.isConnected || texts.some(([input]) => input.value)) return;
    for (const [input, value] of texts) input.value = value;
  }

  function submit(event) {
    const form = event.target.closest("form[data-command]");
    if (!form) return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    if (event.submitter?.name) fields[event.submitter.name] = event.submitter.value;
    // A second player is named for what has one: who comes on, who gave the pass.
    if (!event.submitter?.hasAttribute("data-other")) delete fields.other;
    const board = page.board();
    const { command, wrong } = commandOf(fields, board, form.dataset.minute);
    if (wrong) return speak("alert", t(wrong));
    // What is entered while nothing gets through is entered for the moment of the tap.
    const clock = clockValue(board.clock, box.now());
    const late = outbox.size() > 0 || page.status() !== "live";
    if (late && command.type === "action" && !command.at && board.clock?.running) {
      command.at = { segment: board.segment, clock_ms: Math.round(clock) };
    }
    const texts = [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]),textarea")]
      .map((input) => [input, input.value]);
    form.dataset.pending = Number(form.dataset.pending ?? 0) + 1;
    form.setAttribute("aria-busy", "true");
    outbox.add(newId(crypto), command, { form, texts, label: labelOf(form, event.submitter, fields) });
    form.reset();
    form.closest("details.undo")?.removeAttribute("open");
  }

  function labelOf(form, submitter, fields) {
    const side = form.closest(".side-card")?.querySelector("h2 bdi")?.textContent;
    const about = fields.seq ? page.board().timeline?.[fields.seq]?.text : fields.text ?? fields.value;
    return [submitter?.textContent.trim(), side, fields.player, about].filter(Boolean).join(", ");
  }

  document.addEventListener("submit", submit);
  window.addEventListener("beforeunload", (event) => {
    if (outbox.size() > 0) event.preventDefault();
  });
  page.onReceipt((receipt) => outbox.receipt(receipt));
  page.onChange(draw);
  page.onPause((paused) => paused || draw());
  page.onStatus((status, before) => {
    if (status === "offline") speak("status", t("lost", { last: "" }));
    else if (status === "live" && before === "offline") speak("status", t("back"));
  });
  host.setInterval(() => document.hidden || page.paused() || tick(), 1000);
  page.start();
}

startDesk();
