// What every live page has: the box's time, the boards, the link, the chip, Pause and Refresh.
import { createBoards } from "./board.js";
import { boxTime } from "./clock.js";
import { createLink } from "./link.js";
import { age, speaker } from "./words.js";
import { setText } from "./view.js";

const NEWS_FOR = 20000;

// The browser as the link sees it. A test hands in another.
export function browserHost(window) {
  return {
    WebSocket: window.WebSocket,
    EventSource: window.EventSource,
    AbortController: window.AbortController,
    fetch: window.fetch?.bind(window),
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    setInterval: window.setInterval.bind(window),
    now: () => performance.now(),
    random: Math.random,
    origin: window.location.origin,
  };
}

export function createPage(state, host) {
  const lang = document.documentElement.lang;
  const t = speaker(state.strings, lang);
  const box = boxTime(host);
  box.set(state.now_ms);
  const wall = boxTime({ now: host.now });
  wall.set(Date.parse(state.now));
  const boards = createBoards();
  boards.embed(state.channel, state.board, Number(state.cursor.split(":")[1]));
  const listeners = { change: [], status: [], pause: [], refresh: [], receipt: [] };
  const emit = (name, ...values) => listeners[name].forEach((listener) => listener(...values));
  const chip = document.getElementById("chip");
  let paused = false;
  let status = "connecting";
  let refreshing = false;
  let reloading;

  const link = createLink({
    host,
    cursor: state.cursor,
    channels: [state.channel, ...state.asks],
    asks: state.asks,
    sparing: navigator.connection?.saveData === true,
    onMessage(message, late) {
      if (refreshing) {
        refreshing = false;
        emit("refresh");
      }
      if (typeof message.now_ms === "number") box.set(message.now_ms);
      if (message.type === "hello") {
        if (message.now) wall.set(Date.parse(message.now));
        if (message.build && message.build !== state.build && firstTime(message.build)) page.reloadWhenQuiet();
      } else if (message.type === "snapshot" || message.type === "patch") {
        const change = boards.take(message);
        if (change.kind === "gap") link.resync();
        else if (change.kind !== "old") emit("change", change, message, late || isOld(message));
      } else if (message.type === "receipt") emit("receipt", message);
      else if (message.type === "problem") {
        emit("receipt", { id: message.problem?.id, outcome: "rejected", problem: message.problem });
      }
    },
    onStatus(next, reason) {
      const before = status;
      status = next;
      showChip();
      emit("status", next, before, reason);
    },
  });

  // A phone that slept may find minutes of a match in a connection it takes for alive.
  function isOld(message) {
    return wall.now() - Date.parse(message.t) > NEWS_FOR;
  }

  function showChip() {
    const word = paused && status === "live" ? "paused" : status === "idle" ? "connecting" : status;
    chip.dataset.status = word;
    setText(chip, t("chip-" + word));
  }

  function wire() {
    const pause = document.getElementById("pause");
    pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", String(paused));
      showChip();
      emit("pause", paused);
    });
    document.getElementById("refresh").addEventListener("click", (event) => {
      event.preventDefault();
      refreshing = true;
      if (status === "stopped") location.reload();
      else link.wake();
    });
    const auto = document.getElementById("auto");
    if (auto) auto.hidden = true;
    document.addEventListener("visibilitychange", () => document.hidden || link.wake());
    window.addEventListener("pageshow", (event) => event.persisted && link.start());
    window.addEventListener("pagehide", () => link.stop());
    window.addEventListener("online", () => link.wake());
    window.addEventListener("offline", () => link.networkLost());
    for (const time of document.querySelectorAll("time[datetime]")) localTime(time);
  }

  // Times as the reader's own clock and language have them.
  function localTime(element) {
    const at = new Date(element.dateTime);
    const today = new Date(wall.now()).toDateString() === at.toDateString();
    const parts = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
    if (!Number.isNaN(at.getTime())) setText(element, new Intl.DateTimeFormat(lang, parts).format(at));
  }

  // A page kept by a proxy would be of the old build again, and reload for ever.
  function firstTime(build) {
    try {
      if (sessionStorage.getItem("touchline.build") === build) return false;
      sessionStorage.setItem("touchline.build", build);
      return true;
    } catch {
      return false;
    }
  }

  const page = {
    t, box, lang, link,
    wall: () => wall.now(),
    board: () => boards.board(state.channel),
    paused: () => paused,
    status: () => status,
    onChange: (listener) => listeners.change.push(listener),
    onStatus: (listener) => listeners.status.push(listener),
    onPause: (listener) => listeners.pause.push(listener),
    onRefresh: (listener) => listeners.refresh.push(listener),
    onReceipt: (listener) => listeners.receipt.push(listener),
    // The age of the last entry, and of the last contact where the connection is not alive.
    showAges(lastEntry) {
      const parts = [];
      if (lastEntry) parts.push(t("age-entry", { age: age(wall.now() - Date.parse(lastEntry), lang) }));
      const contact = link.lastContact();
      if (status !== "live" && contact !== undefined) {
        parts.push(t("age-contact", { age: age(host.now() - contact, lang) }));
      }
      setText(document.getElementById("age"), parts.join(" · "));
    },
    // Never while somebody is typing, and not all phones in the same second.
    reloadWhenQuiet() {
      if (reloading !== undefined) return;
      reloading = host.setTimeout(() => {
        reloading = undefined;
        const typing = document.activeElement?.matches("input,textarea,select");
        if (typing || document.querySelector("form[aria-busy=true]")) page.reloadWhenQuiet();
        else location.reload();
      }, 1000 + host.random() * 9000);
    },
    start() {
      wire();
      showChip();
      link.start();
    },
  };
  return page;
}
