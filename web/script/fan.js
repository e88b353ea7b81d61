// The pages of people who watch: games of the day, one game, the words alone. Puts link, boards, view and announcer
// together; what the page came with is shown until the first change.
import { createAnnouncer, createRegions, createStore } from "./announcer.js";
import { entriesOf, plainChannel, sidesOf } from "./board.js";
import { browserHost, createPage } from "./page.js";
import { showVotes } from "./polls.js";
import { describe, setText, showDetails, showEntries, showScore } from "./view.js";

function startFan() {
  const source = document.getElementById("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  if (document.body.dataset.page === "home") watchGames(state);
  else watchGame(state);
}

function watchGame(state) {
  const host = browserHost(window);
  const page = createPage(state, host);
  const { t, box } = page;
  const channel = plainChannel(state.channel);
  let shown = state.board; // what the reader sees; while paused it stays behind
  let unseen = 0;
  const facts = () => describe(shown, box.now(), t);
  const announcer = createAnnouncer({
    host, t,
    speak: createRegions({ host, document }),
    store: createStore(() => sessionStorage, "touchline.spoken." + channel),
    score: () => describe(page.board(), box.now(), t).score,
    ...settings.read(),
  });
  announcer.begin(state.board.seq);

  const pill = document.getElementById("new");
  const list = document.getElementById("timeline");
  const bar = document.querySelector(".bar");
  const reading = () => list.getBoundingClientRect().top < (bar?.getBoundingClientRect().bottom ?? 0) - 8;

  function draw() {
    if (page.paused()) return;
    const anchor = reading() ? firstVisible(list, bar) : undefined;
    const top = anchor?.getBoundingClientRect().top;
    shown = page.board();
    announcer.busy();
    list.setAttribute("aria-busy", "true");
    const added = showEntries(shown, t);
    list.setAttribute("aria-busy", "false");
    announcer.done();
    const now = facts();
    showDetails(shown, now, t);
    // What one is reading stays where it is; the new stands above and says so.
    if (anchor?.isConnected) window.scrollBy(0, anchor.getBoundingClientRect().top - top);
    if (added && (anchor || document.hidden)) countUnseen(unseen + added);
    tick();
  }

  function countUnseen(count) {
    unseen = count;
    pill.hidden = unseen === 0 || !reading();
    setText(pill, t("new", { count: unseen }));
  }

  function tick() {
    showScore(facts(), unseen, t);
    page.showAges(shown.last_entry_at);
  }

  page.onChange((change, message, late) => {
    if (change.channel === "venue") showVotes(change.board.polls, state.board.id, t);
    if (change.channel !== channel) {
      if (change.kind === "patch" && late) announcer.missed(message.say);
      else if (change.kind === "patch") announcer.hear(message.say);
      return;
    }
    draw();
    if (change.kind === "patch" && late) announcer.missed(message.say);
    else if (change.kind === "patch") announcer.hear(message.say);
    else announcer.snapshot(entriesOf(change.board), change.board.seq);
  });
  page.onStatus((status, before, reason) => {
    if (status === "offline") announcer.status(t("lost", { last: facts().score }));
    else if (status === "live" && before === "offline") announcer.status(t("back"));
    else if (status === "stopped") announcer.status(t("stopped", { reason: reason ?? "" }));
  });
  page.onPause((paused) => {
    if (paused) return announcer.pause();
    announcer.resume();
    draw();
  });
  page.onRefresh(() => announcer.status(t("refreshed")));

  pill.addEventListener("click", () => {
    countUnseen(0);
    (document.getElementById("score") ?? document.getElementById("main")).scrollIntoView();
    tick();
  });
  window.addEventListener("scroll", () => {
    if (unseen && !reading() && !document.hidden) {
      countUnseen(0);
      tick();
    }
  }, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return announcer.hide();
    announcer.show();
    if (!reading()) countUnseen(0);
    tick();
  });
  document.addEventListener("focusin", () => announcer.focusMoved());
  settings.wire(announcer, () => announcer.status(describe(page.board(), box.now(), t).spoken));
  host.setInterval(() => document.hidden || tick(), 1000);
  page.start();
}

function firstVisible(list, bar) {
  const edge = bar?.getBoundingClientRect().bottom ?? 0;
  return [...list.children].find((entry) => entry.getBoundingClientRect().bottom > edge);
}

// Off, key or all, and whether goals interrupt: kept on the phone, or in the address so that it can be passed on.
const settings = {
  read() {
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem("touchline.say")) ?? {}; } catch { /* storage may be forbidden */ }
    const asked = new URLSearchParams(location.search).get("say");
    const level = [asked, kept.level, "key"].find((one) => ["off", "key", "all"].includes(one));
    return { level, interrupt: kept.interrupt !== false };
  },
  wire(announcer, sayScore) {
    const section = document.getElementById("settings");
    if (!section) return;
    const form = section.querySelector("form");
    const { level, interrupt } = settings.read();
    form.elements.say.value = level;
    form.elements.interrupt.checked = interrupt;
    section.hidden = false;
    form.addEventListener("change", () => {
      const next = { level: form.elements.say.value, interrupt: form.elements.interrupt.checked };
      announcer.setLevel(next.level);
      announcer.setInterrupt(next.interrupt);
      try { localStorage.setItem("touchline.say", JSON.stringify(next)); } catch { /* kept for this page only */ }
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("repeat").addEventListener("click", () => announcer.repeat());
    document.getElementById("say-score").addEventListener("click", sayScore);
  },
};

// Games of the day: the numbers and the phase of each; a game that is new or has changed its group loads the page again
// at a quiet moment, since its place in the list changes.
function watchGames(state) {
  const host = browserHost(window);
  const page = createPage(state, host);
  const { t, box } = page;
  const games = () => {
    const board = page.board();
    return Object.values(board.games ?? board).filter((game) => game?.sides);
  };
  function draw() {
    if (page.paused()) return;
    for (const game of games()) {
      const element = document.getElementById("g" + game.id);
      const facts = describe(game, box.now(), t);
      if (!element || (facts.started && !element.querySelector("b")) || regrouped(element, game)) {
        if (!document.hidden) page.reloadWhenQuiet();
        continue;
      }
      element.dataset.state = game.state;
      const numbers = element.querySelectorAll(".side b");
      for (const [index, side] of sidesOf(game).entries()) setText(numbers[index], String(side.score ?? 0));
      const when = [facts.spoken.slice(facts.score.length + 1, -1), facts.line].filter(Boolean).join(" · ");
      if (facts.started) setText(element.querySelector(".when"), when);
    }
    page.showAges();
  }
  page.onChange((change) => {
    if (change.channel === "venue") showVotes(change.board.polls, undefined, t);
    else draw();
  });
  page.onPause((paused) => paused || draw());
  host.setInterval(() => document.hidden || draw(), 5000);
  page.start();
}

function regrouped(element, game) {
  const group = (s) => (["live", "interval", "suspended"].includes(s) ? 0 : ["scheduled", "delayed", "postponed"].includes(s) ? 1 : 2);
  return group(element.dataset.state) !== group(game.state);
}

startFan();
