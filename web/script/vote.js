// A vote's page for fans: the ballot goes without leaving the page, the count comes as it is published. What is being
// chosen is never touched by what arrives.
import { createAnnouncer, createRegions, createStore } from "./announcer.js";
import { choiceOf, codeOf, createBallot, createKept } from "./ballot.js";
import { plainChannel } from "./board.js";
import { browserHost, createPage } from "./page.js";
import { chosenWords, describePoll } from "./result.js";
import { setText } from "./view.js";

const LAST_MINUTE = 60000;

function startVote() {
  const source = document.getElementById("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  const host = browserHost(window);
  host.crypto = window.crypto;
  const page = createPage(state, host);
  const { t, box, lang } = page;
  const channel = plainChannel(state.channel);
  const element = (id) => document.getElementById(id);
  const form = element("ballot");
  const voted = element("voted");
  const dialog = element("failed");
  const speak = createRegions({ host, document });
  const announcer = createAnnouncer({
    host, t, speak, level: "all",
    store: createStore(() => sessionStorage, "touchline.spoken." + channel),
    score: () => describePoll(page.board(), t).phase,
  });
  announcer.begin(state.board.seq);
  let touched = false; // the voter has begun to choose
  let changing = false; // another ballot is being made though one counts
  let wasOpen = state.board.state === "open";
  let lastMinuteTold = false;

  // ---- the live board

  function draw() {
    if (page.paused()) return;
    const board = page.board();
    const now = describePoll(board, t);
    const phase = element("phase");
    phase.dataset.state = board.state;
    element("poll").dataset.state = board.state;
    setText(phase, now.phase);
    show("note", board.withdrawn ? "" : now.note);
    show("to-come", now.toCome);
    show("mean", now.mean);
    element("sealed").hidden = !now.sealed;
    element("counts").hidden = !now.counted;
    setText(element("turnout"), now.turnout);
    showRows(now.rows);
    showClosing(board);
    showRecord(board);
    if (now.open && !wasOpen) touched = false;
    wasOpen = now.open;
    arrange(now.open);
  }

  function show(id, text) {
    const place = element(id);
    place.hidden = !text;
    setText(place, text);
  }

  function showRows(rows) {
    const list = element("rows");
    const wanted = new Set(rows.map((row) => "o" + row.id));
    for (const row of [...list.children]) if (!wanted.has(row.id)) row.remove();
    let after = null;
    for (const { id, name, place, share, count, bar } of rows) {
      let row = element("o" + id);
      if (!row) {
        row = element("row").content.firstElementChild.cloneNode(true);
        row.id = "o" + id;
        row.classList.add("new");
      }
      setText(row.querySelector(".place"), place);
      setText(row.querySelector("bdi"), name);
      setText(row.querySelector(".share"), share);
      setText(row.querySelector(".count"), count);
      row.querySelector("rect").setAttribute("width", bar);
      const next = after ? after.nextElementSibling : list.firstElementChild;
      if (next !== row) list.insertBefore(row, next);
      after = row;
    }
  }

  function showClosing(board) {
    const closes = element("closes");
    const at = board.state === "open" ? board.closes?.at : undefined;
    closes.hidden = !at;
    const time = closes.querySelector("time");
    if (!at || time.dateTime === at) return;
    time.dateTime = at;
    setText(time, new Intl.DateTimeFormat(lang, { timeStyle: "short" }).format(new Date(at)));
  }

  function showRecord(board) {
    const record = element("record");
    record.hidden = !board.record;
    setText(record.querySelector("code"), board.record ?? "");
    element("receipts").hidden = board.state !== "revealed";
  }

  // Which of form and receipt is there. A form somebody is in stays, also when the vote closes: the box says so then.
  function arrange(open) {
    const mine = ballot.mine();
    const done = !changing && (mine?.state === "accepted" || (!mine && Boolean(state.voted)));
    const inUse = touched || form.contains(document.activeElement);
    voted.hidden = !done;
    form.hidden = done || !(open || (inUse && !form.hidden));
    const again = element("again");
    if (again) again.hidden = !open;
  }

  function tick() {
    const { state: now, closes, question } = page.board();
    page.showAges();
    if (now !== "open" || !closes?.at_ms || lastMinuteTold) return;
    const left = closes.at_ms - box.now();
    if (left > LAST_MINUTE || left < 0) return;
    lastMinuteTold = true;
    if (left > LAST_MINUTE - 5000) speak("log", t("poll-last-minute", { last: question }));
  }

  // ---- the ballot

  const ballot = createBallot({
    host,
    poll: state.board.id,
    store: createKept(() => localStorage, "touchline.ballot." + state.board.id),
    send: (message) => page.link.send(JSON.stringify(message)),
    onState(now, mine) {
      const waiting = { sending: "poll-waiting", "new-phone": "poll-waiting-new", kept: "poll-kept" }[now];
      form.setAttribute("aria-busy", String(now === "sending" || now === "new-phone"));
      show("under-way", waiting ? t(waiting) : "");
      if (now === "new-phone" || now === "kept") speak("status", t(waiting));
      if (now === "sending") trouble("");
      if (now === "failed") ask();
      if (now === "refused") {
        trouble(t("poll-refused", { reason: mine.reason }));
        speak("alert", t("poll-refused", { reason: mine.reason }));
        if (mine.problem.startsWith("code-")) form.elements.code?.focus();
      }
      if (now === "accepted") thank(mine);
      else if (now === "sending" || now === "kept") fillIn(mine);
    },
  });

  function thank(mine) {
    const fresh = form.contains(document.activeElement) || touched;
    touched = changing = false;
    setText(element("receipt"), mine.receipt);
    show("chosen", t("poll-chosen", { last: chosenWords(page.board(), mine.choice) }));
    arrange(describePoll(page.board(), t).open);
    if (!fresh) return;
    speak("status", t("poll-counted"));
    voted.focus();
  }

  function ask() {
    if (!dialog.showModal) return ballot.keep();
    if (!dialog.open) dialog.showModal();
  }

  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "again") ballot.again();
    else ballot.keep();
    dialog.returnValue = "";
  });

  function trouble(text) {
    const place = element("trouble");
    place.hidden = !text;
    setText(place.querySelector("p"), text);
  }

  const picks = () => [...form.querySelectorAll("select")];

  function picked() {
    if (form.dataset.kind === "points") return picks().map((select) => select.value);
    return [...form.querySelectorAll("[name^=choice]:checked")].map((input) => input.value);
  }

  // What a page that was loaded again finds kept stands in the form as it was.
  function fillIn(mine) {
    if (touched || picked().some((id) => id)) return;
    if (form.elements.code && mine.code) form.elements.code.value = mine.code;
    for (const input of form.querySelectorAll("[name^=choice]")) input.checked = mine.choice.includes(input.value);
    for (const [index, select] of picks().entries()) select.value = mine.choice[index] ?? "";
    takeTurns();
  }

  // What has a place is not offered for another.
  function takeTurns() {
    const taken = new Set(picks().map((select) => select.value).filter((id) => id));
    for (const select of picks()) {
      for (const option of select.options) option.disabled = taken.has(option.value) && option.value !== select.value;
    }
  }

  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => {
      touched = true;
      takeTurns();
    });
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ballot.busy()) return;
    touched = true;
    const { choice, wrong } = choiceOf(form.dataset.kind, picked());
    if (wrong) {
      trouble(t(wrong));
      return speak("alert", t(wrong));
    }
    const code = form.elements.code ? codeOf(form.elements.code.value) : undefined;
    if (code === "") return trouble(t("poll-code-missing"));
    ballot.cast(choice, code);
  });
  for (const link of document.querySelectorAll("[data-again]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      trouble("");
      touched = changing = true;
      if (link.dataset.again === "other") {
        ballot.forget();
        form.reset();
        form.elements.code.value = "";
      }
      arrange(true);
      (form.elements.code ?? form.querySelector(":checked") ?? form.querySelector("[name^=choice],select")).focus();
    });
  }

  // ---- the page

  page.onChange((change, message, late) => {
    if (change.channel !== channel) return;
    draw();
    if (change.kind === "patch" && late) announcer.missed(message.say);
    else if (change.kind === "patch") announcer.hear(message.say);
  });
  page.onReceipt((receipt) => ballot.receipt(receipt));
  page.onStatus((status, before, reason) => {
    if (status === "live") ballot.back();
    if (status === "offline") announcer.status(t("lost", { last: "" }));
    else if (status === "live" && before === "offline") announcer.status(t("back"));
    else if (status === "stopped") announcer.status(t("stopped", { reason: reason ?? "" }));
  });
  page.onPause((paused) => {
    if (paused) return announcer.pause();
    announcer.resume();
    draw();
  });
  page.onRefresh(() => announcer.status(t("refreshed")));
  window.addEventListener("online", () => ballot.back());
  window.addEventListener("storage", () => ballot.changed());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return announcer.hide();
    announcer.show();
    ballot.back();
  });
  document.addEventListener("focusin", () => announcer.focusMoved());
  host.setInterval(() => document.hidden || tick(), 1000);
  const typed = new URLSearchParams(location.search).get("code");
  const kept = ballot.mine();
  // A ticket scanned after another was used is another ballot.
  if (kept?.state === "accepted" && typed && codeOf(typed) !== kept.code) ballot.forget();
  takeTurns();
  page.start();
  ballot.start();
  draw();
}

startVote();
