// The status page with script: the board of `ops` as it changes, and ages that grow. `src/pages/status.rs` makes the
// same at the first load.
import { createRegions } from "./announcer.js";
import { browserHost, createPage } from "./page.js";
import { setText } from "./view.js";

const WORST = ["good", "attention", "bad"];
const SECTIONS = ["load", "delay", "disk", "ledger", "clock"];

function startStatus() {
  const source = document.getElementById("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  const host = browserHost(window);
  const page = createPage(state, host);
  const { t, box } = page;
  const speak = createRegions({ host, document });
  let told;

  // ---- figures as words

  function ago(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const [unit, count] = seconds < 60 ? ["seconds", seconds] : seconds < 3600 ? ["minutes", Math.floor(seconds / 60)]
      : seconds < 172800 ? ["hours", Math.floor(seconds / 3600)] : ["days", Math.floor(seconds / 86400)];
    return t("status-ago-" + unit, { count });
  }

  function unit(name, number) {
    const digits = Math.abs(number) < 10 && !Number.isInteger(number) ? 1 : 0;
    return t("unit-" + name, { count: number.toFixed(digits) });
  }

  function duration(ms) {
    const size = Math.abs(ms);
    return size < 1e3 ? unit("ms", ms) : size < 6e5 ? unit("s", ms / 1e3) : unit("min", ms / 6e4);
  }

  function clockTime(at) {
    return new Intl.DateTimeFormat(page.lang, { timeStyle: "short" }).format(new Date(at));
  }

  const forms = {
    count: String,
    text: String,
    millis: duration,
    moved: duration,
    micros: (value) => unit("ms", value / 1e3),
    bytes: (value) => value < 1e6 ? unit("kb", value / 1e3) : value < 1e9 ? unit("mb", value / 1e6) : unit("gb", value / 1e9),
    now: clockTime,
    ago: (value) => `${clockTime(value)} (${ago(page.wall() - Date.parse(value))})`,
  };

  function showFigures(board) {
    for (const cell of document.querySelectorAll("[data-figure]")) {
      const value = cell.dataset.form === "now" ? page.wall() : cell.dataset.figure.split(".").reduce((at, name) => at?.[name], board);
      cell.parentElement.hidden = value === undefined;
      setText(cell, value === undefined ? "" : forms[cell.dataset.form](value));
    }
    const phones = Object.values(board.phones).reduce((sum, count) => sum + count, 0);
    setText(document.getElementById("phones-total"), String(phones));
    setText(document.getElementById("percent"), String(board.load.percent));
    document.getElementById("fullness").value = board.load.percent;
  }

  // ---- levels

  function showLevel(id, level, text) {
    const section = document.getElementById(id);
    section.dataset.level = level;
    section.querySelector(".level").dataset.level = level;
    setText(section.querySelector(".word"), t("level-" + level));
    setText(section.querySelector(".text"), text);
  }

  function showOverall(levels) {
    const named = levels.filter(([, level]) => level !== "good").map(([id]) => [id, t("status-" + id)]);
    const worst = WORST[Math.max(...levels.map(([, level]) => WORST.indexOf(level)))];
    const text = t("status-overall-" + worst);
    showLevel("overall", worst, text);
    const spoken = [text, named.map(([, name]) => name).join(", ")].join(" ").trim();
    if (spoken === told) return;
    const list = document.querySelector("#overall .named");
    const link = (id) => list.querySelector(`[href="#${id}"]`);
    // One that stays is left as it is: somebody may be on it.
    for (const [id] of levels) if (!named.some(([one]) => one === id)) link(id)?.parentElement.remove();
    for (const [id, name] of named.filter(([id]) => !link(id))) {
      const anchor = list.appendChild(document.createElement("li")).appendChild(document.createElement("a"));
      anchor.href = "#" + id;
      anchor.textContent = name;
    }
    if (told !== undefined) speak(worst === "bad" ? "alert" : "status", spoken);
    told = spoken;
  }

  // ---- games

  // By the box's own line where it can be: wall time may have been set since.
  function ageOf(game) {
    if (game.last_entry_ms !== undefined) return Math.max(0, box.now() - game.last_entry_ms);
    return game.last_entry_at && Math.max(0, page.wall() - Date.parse(game.last_entry_at));
  }

  function showGames(board) {
    const games = Object.values(board.games ?? {}).map((game) => {
      const age = ageOf(game);
      return { ...game, age, quiet: game.running && age >= board.quiet_after_ms };
    });
    games.sort((a, b) => (b.quiet - a.quiet) || (a.id - b.id));
    const list = document.querySelector("#games .watch");
    while (list.children.length > games.length) list.lastElementChild.remove();
    while (list.children.length < games.length) {
      list.append(document.getElementById("watched").content.cloneNode(true));
    }
    games.forEach((game, index) => showGame(list.children[index], game));
    const quiet = games.filter((game) => game.quiet).length;
    const text = !board.games ? t("status-games-unknown") : !games.length ? t("status-games-idle")
      : quiet ? t("status-games-quiet", { count: quiet }) : t("status-games-well", { count: games.length });
    const level = quiet ? "attention" : "good";
    showLevel("games", level, text);
    return level;
  }

  function showGame(row, game) {
    const [home, away] = row.querySelectorAll(".teams bdi");
    const link = row.querySelector("a");
    const href = "/desk/" + game.id;
    if (link.getAttribute("href") !== href) link.setAttribute("href", href);
    setText(home, game.home ?? "");
    setText(away, game.away ?? "");
    setText(row.querySelector(".points"), game.score_text);
    setText(row.querySelector(".place"), [game.state_label, game.venue].filter(Boolean).join(" · "));
    row.toggleAttribute("data-quiet", game.quiet);
    row.querySelector(".quiet").hidden = !game.quiet;
    setText(row.querySelector(".last"), game.age === undefined ? t("status-game-none") : ago(game.age));
    setText(row.querySelector(".scorer"), game.scorer ?? t("status-game-nobody"));
  }

  function draw() {
    if (page.paused()) return;
    const board = page.board();
    showFigures(board);
    for (const id of SECTIONS) showLevel(id, board[id].level, t(`status-${id}-${board[id].reason}`));
    const games = showGames(board);
    showOverall([...SECTIONS.map((id) => [id, board[id].level]), ["games", games]]);
    page.showAges();
  }

  page.onChange(draw);
  page.onPause((paused) => {
    speak("status", t(paused ? "paused" : "resumed"));
    draw();
  });
  page.onStatus((status, before, reason) => {
    if (status === "offline") speak("status", t("status-lost"));
    else if (status === "live" && before === "offline") speak("status", t("back"));
    else if (status === "stopped") speak("status", t("stopped", { reason: reason ?? "" }));
  });
  page.onRefresh(() => speak("status", t("refreshed")));
  page.start();
  draw();
  host.setInterval(draw, 1000);
}

startStatus();
