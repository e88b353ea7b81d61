// The organiser's forms with script: sent without leaving the page, each until it has an outcome; what the page shows is
// then fetched anew and put in place. Focus stays where it is, and what is being typed is never touched.
//
// A form posts to where it would without script and carries an id, so that however often it arrives it counts once. The
// outcome of a single command comes as a receipt on the live connection, or is asked for where that does not get through.
import { createLink } from "./link.js";
import { newId } from "./command.js";
import { browserHost } from "./page.js";
import { setText } from "./view.js";
import { speaker } from "./words.js";

const TRY_AGAIN = [1000, 2000, 4000, 8000];
const ASK_AFTER = 1500;
const QUIET = 1500;
const SLICE = 20;

function startOrganiser() {
  const source = document.getElementById("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  const host = browserHost(window);
  const t = speaker(state.strings, document.documentElement.lang);
  const line = document.getElementById("outcome");
  const waiting = new Map();
  const pause = (ms) => new Promise((done) => host.setTimeout(done, ms));

  // ---- what became of a form

  function tell(outcome, text) {
    if (!line) return;
    line.hidden = false;
    line.dataset.outcome = outcome;
    setText(line, text);
    if (outcome !== "pending" && !seen(line)) line.scrollIntoView({ block: "nearest" });
  }

  function seen(element) {
    const box = element.getBoundingClientRect();
    return box.top >= 60 && box.bottom <= innerHeight;
  }

  // A problem stands beside its field, in words; one without a field only in the line above.
  function showFault(form, problem) {
    for (const place of form.querySelectorAll("[data-error]")) setText(place, "");
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    if (!problem?.field) return;
    for (const place of form.querySelectorAll("[data-error]")) {
      const own = place.dataset.error === problem.field || place.dataset.error.endsWith("." + problem.field);
      if (!own) continue;
      setText(place, problem.detail ?? "");
      form.elements.namedItem(place.dataset.error)?.setAttribute?.("aria-invalid", "true");
    }
  }

  // ---- sending

  async function post(url, body, headers) {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await host.fetch(url, {
          method: "POST", body, credentials: "same-origin",
          headers: { Accept: "application/json", ...headers },
        });
        const json = await answer.json().catch(() => ({}));
        if (answer.status < 500 && answer.status !== 429) return { status: answer.status, json };
        if (tries >= TRY_AGAIN.length) return { status: answer.status, json };
      } catch {
        // No answer: the same again, which the box knows by its id.
        if (tries >= 20) return { status: 0, json: {} };
      }
      tell("pending", t("form-retrying"));
      await pause(TRY_AGAIN[Math.min(tries, TRY_AGAIN.length - 1)]);
    }
  }

  // The outcome of a command that was only taken in: by receipt, or by asking.
  function outcomeOf(id) {
    return new Promise((done) => {
      const finish = (outcome) => {
        waiting.delete(id);
        done(outcome);
      };
      waiting.set(id, finish);
      const ask = async () => {
        if (!waiting.has(id)) return;
        try {
          const answer = await host.fetch("/api/v1/commands/" + encodeURIComponent(id), { credentials: "same-origin" });
          const json = await answer.json();
          if (answer.ok && json.outcome !== "pending") return finish(json);
          if (answer.status === 404) return finish({ outcome: "rejected", problem: json });
        } catch { /* asked again */ }
        host.setTimeout(ask, ASK_AFTER);
      };
      host.setTimeout(ask, ASK_AFTER);
    });
  }

  async function send(form) {
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    tell("pending", t("form-waiting"));
    const fields = new URLSearchParams(new FormData(form));
    const { status, json } = await post(form.action, fields, { Prefer: "respond-async" });
    const outcome = status === 202 ? await outcomeOf(json.id)
      : status >= 200 && status < 300 ? json
      : { outcome: "rejected", problem: json, status };
    form.setAttribute("aria-busy", "false");
    if (outcome.outcome === "accepted") return accepted(form, outcome);
    const problem = outcome.problem ?? {};
    showFault(form, problem);
    const words = status === 401 ? t("form-signed-out") : t("form-refused", { reason: problem.detail ?? problem.title ?? "?" });
    tell("rejected", words);
  }

  function accepted(form, outcome) {
    showFault(form);
    tell("accepted", form.dataset.done);
    const id = form.elements.namedItem("id");
    if (id) id.value = newId(crypto);
    if (form.dataset.then) return location.assign(form.dataset.then);
    const act = form.elements.namedItem("do")?.value;
    if (act && act !== "change" && act !== "squad") {
      const then = outcome.game && act === "copy" ? "/organiser/games/" + outcome.game : location.pathname;
      return location.assign(act === "withdraw" ? "/organiser?done=" + outcome.id + "&was=withdraw" : then + "?done=" + outcome.id + "&was=" + act);
    }
    // The next game is often of the same day, place and round: only the names are emptied.
    if (form.hasAttribute("data-again")) again(form);
    refresh();
  }

  function again(form) {
    if (form.contains(document.activeElement) && document.activeElement.matches("input[type=text],textarea")) return;
    for (const name of ["home", "away", "name", "short", "squad", "own_colour"]) {
      const field = form.elements.namedItem(name);
      if (field?.value !== undefined) field.value = "";
    }
  }

  // ---- the page as it is now

  let due;
  let running = false;

  function later() {
    host.clearTimeout(due);
    due = host.setTimeout(refresh, QUIET);
  }

  function typing() {
    const active = document.activeElement;
    return active?.closest("[data-part]") && active.matches("input,textarea,select");
  }

  async function refresh() {
    if (!document.querySelector("[data-part]")) return;
    if (running || document.hidden || typing()) return later();
    running = true;
    try {
      const answer = await host.fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !typing()) for (const part of document.querySelectorAll("[data-part]")) put(part, page);
    } catch { /* the next change brings it */ }
    running = false;
  }

  // Who stands on a button stands on the same button afterwards, although it is a new element.
  function put(part, page) {
    const fresh = page.getElementById(part.id);
    if (!fresh || fresh.isEqualNode(part)) return;
    const held = part.contains(document.activeElement) ? document.activeElement : undefined;
    const scrolled = part.querySelector(".scroll")?.scrollLeft;
    part.replaceChildren(...document.adoptNode(fresh).childNodes);
    const scroll = part.querySelector(".scroll");
    if (scroll && scrolled) scroll.scrollLeft = scrolled;
    if (!held) return;
    const id = held.id;
    // A game that has become the first of its pitch has no button "earlier" any more.
    const other = id.replace(/^earlier-/, "later-");
    const next = document.getElementById(id) ?? document.getElementById(other === id ? id.replace(/^later-/, "earlier-") : other);
    next?.focus({ preventScroll: true });
  }

  // ---- an import, in slices, each row with its outcome

  async function importTable(form) {
    const rows = [...document.querySelectorAll("tr[data-outcome=would-be-created]")];
    const lines = tableOf(form.elements.namedItem("text").value, rows.map((row) => Number(row.dataset.line)));
    const progress = document.getElementById("progress");
    const query = new URLSearchParams({ skip_invalid: "1" });
    for (const name of ["day", "sport"]) {
      const value = form.elements.namedItem(name).value;
      if (value) query.set(name, value);
    }
    form.setAttribute("aria-busy", "true");
    form.querySelector("button").hidden = true;
    document.getElementById("import-progress").hidden = false;
    let made = 0;
    for (let from = 0; from < rows.length; from += SLICE) {
      const some = rows.slice(from, from + SLICE);
      const body = [lines.header, ...some.map((row) => lines.of(Number(row.dataset.line)))].join("\r\n");
      const { status, json } = await post("/api/v1/games/import?" + query, body, { "Content-Type": "text/csv; charset=utf-8" });
      if (status !== 200) {
        form.setAttribute("aria-busy", "false");
        form.querySelector("button").hidden = false;
        return tell("rejected", status === 401 ? t("form-signed-out") : status ? json.detail ?? "?" : t("import-stopped"));
      }
      for (const [index, row] of some.entries()) {
        const told = json.rows[index] ?? {};
        row.dataset.outcome = told.outcome;
        const reason = told.problem?.detail ?? told.faults?.[0]?.detail ?? "?";
        const words = { created: t("import-made"), present: t("import-present") };
        setText(row.querySelector(".state b"), words[told.outcome] ?? t("import-refused", { reason }));
        made += told.outcome === "created" ? 1 : 0;
      }
      progress.value = Math.min(rows.length, from + SLICE);
      setText(document.getElementById("progress-text"), t("form-progress", { count: progress.value, last: rows.length }));
    }
    form.hidden = true;
    document.getElementById("import-after").hidden = false;
    setText(document.getElementById("import-sum"), t("import-sum", { count: made }));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-import]")) {
      event.preventDefault();
      importTable(form);
    } else if (form.matches("form[data-send]")) {
      event.preventDefault();
      send(form);
    }
  });

  // The parameters of the chosen sport alone.
  const sport = document.querySelector("[data-sport]");
  const showParams = () => {
    for (const one of document.querySelectorAll("[data-params]")) one.hidden = one.dataset.params !== sport.value;
  };
  if (sport) {
    sport.addEventListener("change", showParams);
    showParams();
  }

  // A form that somebody is sent to is open.
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.matches("details")) target.open = true;
  };
  window.addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (target?.matches("details")) target.open = true;
  });
  open();

  let first = true;
  const link = createLink({
    host,
    channels: ["games", "me"],
    asks: ["games"],
    sparing: navigator.connection?.saveData === true,
    onMessage(message) {
      if (message.type === "receipt") waiting.get(message.id)?.(message);
      else if (message.type === "snapshot" || message.type === "patch") {
        // The page is as new as the first board.
        if (!first) later();
        first = false;
      }
    },
  });
  window.addEventListener("pagehide", () => link.stop());
  window.addEventListener("pageshow", (event) => event.persisted && link.start());
  document.addEventListener("visibilitychange", () => document.hidden || link.wake());
  link.start();
}

// The rows of a table by the line they begin at, as the box counts them: quotes may hold line ends.
export function tableOf(text, wanted) {
  const rows = new Map();
  let line = 1;
  let begun = 1;
  let quoted = false;
  let from = 0;
  const plain = text.replace(/^\uFEFF/, "");
  const cut = (end) => {
    const row = plain.slice(from, end).replace(/\r$/, "");
    if (row.trim()) rows.set(begun, row);
  };
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === '"') quoted = !quoted;
    if (plain[at] !== "\n") continue;
    line += 1;
    if (quoted) continue;
    cut(at);
    from = at + 1;
    begun = line;
  }
  cut(plain.length);
  const header = rows.get(Math.min(...rows.keys()));
  return { header, of: (number) => rows.get(number), missing: wanted.filter((number) => !rows.has(number)) };
}

startOrganiser();
