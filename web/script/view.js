// What a reader sees, from a board. Touches the page with textContent only; `src/pages/model.rs` makes the same.
import { entriesOf, sidesOf } from "./board.js";
import { clockDigits, clockValue, minuteOf } from "./clock.js";

const NOT_STARTED = ["scheduled", "delayed", "postponed", "cancelled"];

// The facts of a board in words: phase, minute, the score as a sentence, the title.
export function describe(board, nowMs, t) {
  const [first = { name: "" }, second = { name: "" }] = sidesOf(board);
  const started = !NOT_STARTED.includes(board.state);
  const clock = ["live", "suspended"].includes(board.state) ? clockValue(board.clock, nowMs) : undefined;
  const label = board.withdrawn ? t("state-withdrawn") : board.state_label ?? t("state-" + board.state);
  const inPlay = board.segment_label && !board.withdrawn && ["live", "interval"].includes(board.state);
  const phase = inPlay ? board.segment_label
    : board.reason ? t("state-why", { last: label, reason: board.reason }) : label;
  // Of a clock that stands, or none, the game is known to be where its latest entry is.
  const minute = clock === undefined || !board.clock.running ? (board.state === "live" && board.minute) || ""
    : board.clock.direction === "down" ? "" : t("minute", { count: minuteOf(clock, board.clock.limit_ms) });
  const values = { home: first.name, away: second.name, h: first.score ?? 0, a: second.score ?? 0 };
  const live = board.state === "live";
  values.when = minute || (live && board.segment_label) || label;
  const title = t(!started ? "title-before" : live ? "title-live" : "title", values);
  const score = t("score-spoken", values);
  return {
    started, phase, title, score,
    spoken: started ? score + " " + [phase, minute].filter(Boolean).join(", ") + "." : title + ".",
    clock: clock === undefined ? "" : clockText(clock, board.clock),
    line: started && board.score_text !== values.h + "-" + values.a ? board.score_text : "",
    notes: [
      board.review && t("review"),
      live && board.announced && t("added", { count: board.announced }),
      board.adjusted && t("adjusted"),
    ].filter(Boolean).join(" · "),
    sides: [first, second],
  };
}

// In added time the minute as it is called stands beside the clock: "46:12 (45+2)".
function clockText(value, { direction, limit_ms: limit }) {
  const digits = clockDigits(value, direction);
  return limit !== undefined && value >= limit ? `${digits} (${minuteOf(value, limit)})` : digits;
}

export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function show(id, text) {
  const element = document.getElementById(id);
  if (!element) return;
  element.hidden = !text;
  setText(element, text || "");
}

// Score, phase, title. Called with every change and once a second for the clock.
export function showScore(facts, newEntries, t) {
  for (const side of facts.sides) {
    const number = document.querySelector(`.score [data-side="${CSS.escape(side.id)}"] b`);
    setText(number, String(side.score ?? 0));
  }
  for (const [index, side] of facts.sides.entries()) {
    setText(document.querySelector(`[data-score="${index}"]`), facts.started ? String(side.score ?? 0) : "");
  }
  setText(document.getElementById("score-text"), facts.spoken);
  setText(document.getElementById("phase"), facts.phase);
  setText(document.getElementById("clock"), facts.clock);
  const title = newEntries ? t("title-new", { count: newEntries, last: facts.title }) : facts.title;
  if (document.title !== title) document.title = title;
}

// A side's attempts as they are shown: a ball for each that went in, a cross for each that did not.
function kicksOf(shootout, side) {
  return Object.entries(shootout?.attempts ?? {}).sort((a, b) => a[0] - b[0])
    .filter(([, kick]) => kick.side === side).map(([, kick]) => (kick.scored ? "●" : "✕")).join(" ");
}

const said = (value) => (typeof value === "object" && value ? value.text : value) ?? "";

export function showDetails(board, facts, t) {
  show("score-line", facts.line);
  show("notes", facts.notes);
  show("result", said(board.result));
  const shootout = said(board.shootout);
  const section = document.getElementById("shootout");
  if (section) section.hidden = !shootout;
  setText(document.getElementById("shootout-text"), shootout);
  for (const side of facts.sides) {
    const row = document.querySelector(`[data-kicks="${CSS.escape(side.id ?? "")}"]`);
    setText(row?.querySelector(".dots"), kicksOf(board.shootout, side.id));
    setText(row?.querySelector("b"), String(board.shootout?.score?.[side.id] ?? 0));
  }
  showStats(board, facts.sides);
}

function showStats(board, sides) {
  const section = document.getElementById("stats");
  if (!section) return;
  const rows = Object.entries(board.stats ?? {})
    .sort((a, b) => (a[1].index ?? -1) - (b[1].index ?? -1) || (a[0] > b[0] ? 1 : -1));
  section.hidden = rows.length === 0;
  document.getElementById("to-stats").hidden = section.hidden;
  const body = section.querySelector("tbody");
  while (body.rows.length > rows.length) body.deleteRow(-1);
  for (const [index, [id, row]] of rows.entries()) {
    const line = body.rows[index] ?? body.insertRow();
    if (!line.cells.length) {
      const head = document.createElement("th");
      head.scope = "row";
      line.append(head);
      for (const _ of sides) line.insertCell();
    }
    setText(line.cells[0], row.label ?? id);
    for (const [column, side] of sides.entries()) setText(line.cells[column + 1], String(row[side.id] ?? ""));
  }
}

// Brings the list to the board's entries, keeping the elements that stay: what is being read does not move, a form that
// is being filled in is not touched. `dress` adds what a page's own entries have beyond the text.
export function showEntries(board, t, dress = () => {}) {
  const list = document.getElementById("timeline");
  const template = document.getElementById("entry");
  const entries = entriesOf(board);
  document.getElementById("none").hidden = entries.length > 0;
  const wanted = new Set(entries.map((entry) => "e" + entry.seq));
  for (const element of [...list.children]) if (!wanted.has(element.id)) element.remove();
  let added = 0;
  let after = null;
  for (const entry of entries) {
    let element = document.getElementById("e" + entry.seq);
    if (!element) {
      element = template.content.firstElementChild.cloneNode(true);
      element.id = "e" + entry.seq;
      element.classList.add("new");
      added += 1;
    }
    fill(element, entry, t);
    dress(element, entry);
    const place = after ? after.nextElementSibling : list.firstElementChild;
    if (place !== element) list.insertBefore(element, place);
    after = element;
  }
  return added;
}

function fill(element, entry, t) {
  element.dataset.kind = entry.kind ?? "";
  element.classList.toggle("key", entry.key === true);
  setText(element.querySelector(".at"), entry.at?.text ?? "");
  setText(element.querySelector(".what"), entry.text ?? "");
  const gone = entry.voided_by !== undefined ? "voided" : entry.replaced_by !== undefined ? "replaced" : "";
  if (gone && element.dataset.gone !== gone) {
    element.dataset.gone = gone;
    const mark = element.querySelector(".gone") ?? document.createElement("em");
    mark.className = "gone";
    setText(mark, t(gone));
    element.append(mark);
  } else if (!gone && element.dataset.gone) {
    delete element.dataset.gone;
    element.querySelector(".gone")?.remove();
  }
}
