// The desk with script: the same forms, sent without leaving the page, and kept on the device until the box has decided.
// The board is the live one; what comes in never moves the focus and never touches what is being typed.
import { createRegions } from "./announcer.js";
import { sidesOf } from "./board.js";
import { clockDigits, minuteOf } from "./clock.js";
import { commandOf, newId } from "./command.js";
import { createAsk } from "./desk-ask.js";
import { createChooser } from "./desk-choose.js";
import { squadOf } from "./desk-dom.js";
import { createKeys } from "./desk-keys.js";
import { createSignIn } from "./desk-login.js";
import { createPanels } from "./desk-panel.js";
import { createRows } from "./desk-rows.js";
import { createScorer } from "./desk-scorer.js";
import { afterwards, gameClock, stamped } from "./desk-time.js";
import { createUndo } from "./desk-undo.js";
import { createWords } from "./desk-words.js";
import { createOutbox } from "./outbox.js";
import { browserHost, createPage } from "./page.js";
import { createKept } from "./store.js";
import { describe, setText, showDetails, showEntries, showScore } from "./view.js";

function startDesk() {
  const source = document.getElementById("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  const host = browserHost(window);
  const page = createPage(state, host);
  const { t, box } = page;
  const game = state.board.id;
  const facts = state.desk;
  const actions = new Map(facts.actions.map((action) => [action.id, action]));
  const url = `/api/v1/games/${encodeURIComponent(game)}/commands`;
  const speak = createRegions({ host, document });
  const storage = () => window.localStorage;
  const nameOf = (actor) => (actor === undefined ? "" : facts.names[actor] ?? t("somebody"));
  document.body.dataset.script = "";

  // ---- the live board

  const scorer = createScorer({ document, t, nameOf, speak, me: () => facts.me });

  function draw() {
    const board = page.board();
    scorer.show(board);
    panels.check(board);
    undo.check(board);
    if (page.paused()) return;
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
    const shown = describe(board, box.now(), t);
    showScore(shown, 0, t);
    setText(document.getElementById("pad-clock"), [shown.phase, shown.clock].filter(Boolean).join(" "));
    page.showAges(board.last_entry_at);
    rows.showQueue(true);
  }

  function dress(element, entry) {
    const tools = element.querySelector(".tools");
    if (!tools) return;
    if (element.dataset.gone || entry.voids !== undefined) return tools.remove();
    for (const link of tools.querySelectorAll("a")) {
      link.href = `/desk/${game}/entries/${entry.seq}${link.dataset.do === "void" ? "#withdraw" : ""}`;
      setText(link.querySelector(".vh"), ": " + (entry.text ?? ""));
    }
  }

  // Which period can end or start now, and what the clock can do: the same rules as the page was made by.
  function showPeriods(board) {
    const live = board.state === "live";
    const rest = !live && !["final", "cancelled", "awarded"].includes(board.state);
    const show = (selector, so) => {
      for (const element of document.querySelectorAll(selector)) {
        const hidden = !so(element.dataset);
        if (element.hidden !== hidden) element.hidden = hidden;
      }
    };
    show("[data-start]", ({ start }) => rest && start === board.next);
    show("[data-end-of]", ({ endOf }) => live && endOf === board.segment);
    show("[data-only]", ({ only }) => only.split(" ").includes(board.segment));
    show("[data-except]", ({ except }) => !except.split(" ").includes(board.segment));
    show("[data-clock]", ({ clock }) => (clock === "runs" ? board.clock?.running === true
      : live && board.clock?.running === false));
    show("[data-review]", ({ review }) => (review === "open") === (board.review !== undefined));
    const score = t("confirm", { last: (board.score_text ?? "").replaceAll("-", "–") });
    for (const button of document.querySelectorAll("[data-end]")) setText(button, score);
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

  const store = createKept(indexedDatabase(), Date.now);
  const tabs = window.BroadcastChannel ? new BroadcastChannel("touchline-desk-" + game) : undefined;
  const outbox = createOutbox({
    host, url, store, game, tab: newId(crypto),
    tell: (news) => tabs?.postMessage(news),
    onState: settled,
  });
  if (tabs) tabs.onmessage = (event) => outbox.heard(event.data);
  const rows = createRows({
    document, t, count: outbox.size,
    again: (item) => (item.state === "signed-out" ? signIn.ask() : outbox.again(item, newId(crypto))),
    discard: (item) => {
      outbox.discard(item);
      free(item);
    },
  });
  const panels = createPanels({
    document, t, nameOf,
    ask: createAsk({ host, url, onSignedOut: () => signIn.ask() }),
    commandFor: (form) => commandOf(fieldsOf(form), page.board(), form.dataset.minute),
    insteadOf: keepMine,
  });
  const chooser = createChooser({ document, t });
  const undo = createUndo({
    document, host, t,
    undo: ({ seq, label }) => send({ type: "void", seq }, t("undone", { last: label })),
    edit: (seq) => openPanel(document.getElementById("e" + seq), "edit"),
    follow: (action, seq, command) => act(command.side, action, { of: String(seq) }),
  });
  const signIn = createSignIn({ document, host, t, onBack: signedIn });
  const words = createWords({
    document, storage, t, game, phrases: facts.phrases, board: page.board,
    minute: () => {
      const { segment, value } = moment().clock;
      return segment === undefined || value === undefined ? "" : minuteOf(value, page.board().clock?.limit_ms) + "′";
    },
    lastPlayer: () => {
      const newest = Object.values(page.board().timeline ?? {}).sort((a, b) => b.seq - a.seq).find((one) => one.player);
      return newest && (page.board().sides[newest.side]?.players?.[newest.player]?.name ?? newest.player);
    },
  });

  // Where storage is forbidden, asking for it throws.
  function indexedDatabase() {
    try {
      return window.indexedDB;
    } catch {
      return undefined;
    }
  }

  function settled(item, outcome, detail) {
    const told = rows.show(item, outcome, detail);
    setText(document.getElementById("pad-state"), outcome === "gone" ? "" : `${item.label}: ${told}`);
    rows.showQueue(outbox.size() > 1 || page.status() !== "live");
    if (["accepted", "refused", "check"].includes(outcome)) free(item);
    if (outcome === "refused") restore(item.about);
    if (outcome === "accepted") {
      if (item.about) speak("status", t("accepted") + ": " + item.label);
      const next = (actions.get(item.command.action)?.follow_up ?? []).map((id) => actions.get(id)).filter(Boolean);
      if (item.about) undo.show({ seq: detail, label: item.label, command: item.command }, next);
      goOn(item);
    } else if (outcome === "signed-out") signIn.ask();
    else if (!["waiting", "other-tab", "gone"].includes(outcome) && !item.told) speak("alert", item.label + ". " + told);
    item.told = outcome === "retrying";
  }

  // What set the clock going and came late is followed by what puts it right.
  function goOn(item) {
    const direction = page.board().clock?.direction;
    const late = afterwards(item, Date.now(), direction);
    if (!late) return;
    outbox.add(newId(crypto), late.command, undefined, {
      label: clockDigits(late.shows, direction), by: facts.user, shows: late.shows, runs: true, segment: item.segment,
    }, true);
  }

  function free({ about }) {
    if (!about?.form) return;
    const left = Math.max(0, Number(about.form.dataset.pending ?? 1) - 1);
    about.form.dataset.pending = left;
    about.form.setAttribute("aria-busy", String(left > 0));
  }

  // What was refused comes back into its form, unless something else is being written there already.
  function restore(about) {
    if (!about?.form?.isConnected || about.texts.some(([input]) => input.value)) return;
    for (const [input, value] of about.texts) input.value = value;
    words.kept();
  }

  function signedIn(name) {
    if (name !== facts.user) return location.reload();
    speak("status", t("session-back"));
    outbox.resume();
    if (page.status() === "stopped") location.reload();
    else page.link.wake();
  }

  // ---- from a form to a command

  function moment() {
    const wall = Date.now();
    return { wall, clock: gameClock(page.board(), outbox.waiting(), box.now(), wall) };
  }

  function fieldsOf(form, submitter) {
    const fields = Object.fromEntries(new FormData(form));
    if (submitter?.name) fields[submitter.name] = submitter.value;
    // A second player is named for what has one: who comes on, who gave the pass.
    if (submitter?.name === "action" && !submitter.hasAttribute("data-other")) delete fields.other;
    if (fields.nudge) fields.now = moment().clock.value ?? 0;
    return fields;
  }

  function send(command, label, about, tap = moment(), opens = undefined) {
    const from = page.board().desk?.from ?? {};
    const { command: timed, ...clock } = stamped(command, tap.clock, from, opens);
    outbox.add(newId(crypto), timed, about ?? { texts: [] }, { label, tapped: tap.wall, by: facts.user, ...clock });
  }

  function submit(event) {
    const form = event.target.closest("form[data-command]");
    if (!form) return;
    event.preventDefault();
    const submitter = event.submitter;
    if (submitter?.name === "preview") return panels.preview(form, form.querySelector(".preview"));
    const fields = fieldsOf(form, submitter);
    const action = fields.type === "action" && submitter?.name === "action" ? actions.get(fields.action) : undefined;
    if (action) who(form, submitter, fields, action, moment());
    else enter(form, submitter, fields, moment());
  }

  // The second tap, where the action has a player: the moment stays that of the first.
  async function who(form, submitter, fields, action, tap) {
    const chosen = await named(action, fields);
    if (chosen) enter(form, submitter, chosen, tap);
    if (submitter?.isConnected && submitter.offsetParent && !panels.isOpen()) submitter.focus({ preventScroll: true });
  }

  async function named(action, fields) {
    const side = page.board().sides?.[fields.side];
    const title = [action.label, side?.name].filter(Boolean).join(", ");
    const filled = { ...fields };
    // What stands on the first view and neither scores nor punishes is entered by one tap: a corner.
    const quick = facts.front?.includes(action.id) && !["score", "discipline"].includes(action.group) && !action.other;
    const asks = action.player === "required" || action.player !== "none" && !quick;
    if (asks && !filled.player) {
      const chosen = await chooser.ask({
        title: t("which-player", { last: title }), squad: squadOf(side), required: action.player === "required",
        tags: (action.tags ?? []).map((id) => ({ id, label: readable(id) })),
      });
      if (!chosen) return undefined;
      filled.player = chosen.player;
      filled.tags = chosen.tags.join(" ");
    }
    if (action.other && action.group !== "score" && !filled.other) {
      const chosen = await chooser.ask({ title: t("which-other", { last: title, reason: action.other }), squad: squadOf(side) });
      if (!chosen) return undefined;
      filled.other = chosen.player;
    }
    return filled;
  }

  function enter(form, submitter, fields, tap) {
    const board = page.board();
    const { command, wrong } = commandOf(fields, board, form.dataset.minute);
    if (wrong) return speak("alert", t(wrong));
    // "Confirm 2–1" holds for that score alone. Without the box nobody could have changed it here.
    if (submitter?.dataset.end && page.status() === "live" && !outbox.size()) command.expect_seq = board.seq;
    const texts = [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]),textarea")]
      .map((input) => [input, input.value]);
    form.dataset.pending = Number(form.dataset.pending ?? 0) + 1;
    form.setAttribute("aria-busy", "true");
    const label = labelOf(form, submitter, fields);
    form.reset();
    for (const folded of [form.querySelector("details.more"), form.closest("details.confirm")]) folded?.removeAttribute("open");
    if (form.closest(".panel")) panels.close();
    if (fields.type === "comment") words.kept();
    send(command, label, { form, texts }, tap, submitter?.dataset.start);
  }

  // An action by a key, or one that follows from another: as if its button had been pressed.
  function act(side, action, more = {}) {
    const card = document.querySelector(`.side-card[data-side="${CSS.escape(side)}"]`);
    const form = card?.querySelector("form:has([name=action][value])");
    if (form && scorer.isMine()) who(form, undefined, { type: "action", action: action.id, side, ...more }, action, moment());
  }

  function labelOf(form, submitter, fields) {
    const board = page.board();
    const side = board.sides?.[fields.side];
    const shirt = squadOf(side).find(([id]) => id === fields.player);
    const player = shirt ? `${shirt[1]} ${shirt[2]}`.trim() : fields.player;
    if (fields.type === "action" && actions.get(fields.action)) {
      const scored = fields.scored === undefined ? undefined : submitter?.textContent.trim();
      return [scored ?? actions.get(fields.action).label, side?.name, player, fields.other, fields.value].filter(Boolean).join(", ");
    }
    if (submitter?.dataset.end) return document.querySelector(`[data-end-of="${CSS.escape(submitter.dataset.end)}"] summary`).textContent.trim();
    const about = fields.seq ? board.timeline?.[fields.seq]?.text : fields.text ?? fields.value;
    const pressed = submitter?.textContent.trim() ?? "";
    return about && !pressed.includes(about) ? `${pressed}: ${about}` : pressed;
  }

  function readable(id) {
    const text = id.replaceAll("_", " ");
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  // ---- corrections

  function openPanel(row, mode) {
    const entry = page.board().timeline?.[row?.id.slice(1)];
    if (!entry) return;
    const plain = entry.action === undefined && entry.comment === undefined;
    panels.show(row, entry, plain ? "void" : mode);
  }

  // What somebody else corrected meanwhile: one's own correction goes upon theirs, or after what they took back.
  function keepMine(form, by, seq) {
    if (by !== undefined) {
      form.elements.namedItem("seq").value = by;
      return;
    }
    form.elements.namedItem("type").value = "insert";
    form.elements.namedItem("seq").name = "after";
    form.elements.namedItem("after").value = seq;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".tl [data-do]");
    // With a modifier it is a link like any other.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPanel(link.closest("li"), link.dataset.do);
  });
  document.addEventListener("submit", submit);

  // With the second tap asking who it was, a typed player and minute are for what is entered late.
  for (const fields of document.querySelectorAll(".more > .fields")) fields.parentElement.append(fields);

  createKeys({
    document, storage, t, speak, act,
    actions: facts.actions.filter((action) => action.side !== false && action.group !== "shootout"),
    sides: sidesOf(state.board),
    clock: () => document.querySelector("[data-clock]:not([hidden])")?.click(),
    undo: () => document.querySelector("#undo [data-undo]")?.click(),
    escape: () => (chooser.isOpen() ? chooser.cancel() : panels.isOpen() && panels.close()),
  });

  // ---- the page's life

  window.addEventListener("beforeunload", (event) => {
    if (outbox.size() > 0 && !store.durable()) event.preventDefault();
  });
  window.addEventListener("pagehide", () => outbox.leave());
  page.onReceipt((receipt) => outbox.receipt(receipt));
  page.onChange(draw);
  page.onPause((paused) => paused || draw());
  page.onStatus((status, before) => {
    if (status === "live") outbox.wake();
    if (status === "stopped") checkSession();
    if (status === "offline") speak("status", t("lost", { last: "" }));
    else if (status === "live" && before === "offline") speak("status", t("back"));
  });

  // The connection was ended for good: perhaps because nobody is signed in any more.
  async function checkSession() {
    const answer = await host.fetch("/desk", { redirect: "manual", credentials: "same-origin" }).catch(() => undefined);
    if (answer?.type === "opaqueredirect") signIn.ask();
  }

  host.setInterval(() => document.hidden || page.paused() || tick(), 1000);
  draw();
  page.start();
  outbox.load((item) => (item.by === facts.user ? "" : t("not-mine", { last: item.by ?? "?" })));
}

startDesk();
