// The organisers' pages of votes: the same forms, sent without leaving the page, each waiting until it has an answer; the
// turnout as it comes; the sheet of tickets on its way to the printer.
import { createRegions } from "./announcer.js";
import { browserHost, createPage } from "./page.js";
import { setText } from "./view.js";

const AGAIN_AFTER = [1000, 2000, 4000, 8000];

function startVotes() {
  const host = browserHost(window);
  const element = (id) => document.getElementById(id);

  // ---- forms

  // A form carries its id, so sending it again until it is answered does it once.
  async function sendForm(form, submitter) {
    if (form.getAttribute("aria-busy") === "true") return;
    const body = new URLSearchParams(new FormData(form));
    if (submitter?.name) body.append(submitter.name, submitter.value);
    form.setAttribute("aria-busy", "true");
    tell(form, form.dataset.sending);
    for (let tries = 0; form.isConnected; tries += 1) {
      const answer = await post(form.getAttribute("action"), body);
      if (answer) return take(answer, form);
      tell(form, form.dataset.retrying);
      const pause = AGAIN_AFTER[Math.min(tries, AGAIN_AFTER.length - 1)];
      await new Promise((done) => host.setTimeout(done, pause * (0.75 + host.random() * 0.5)));
    }
  }

  async function post(url, body) {
    try {
      const answer = await host.fetch(url, { method: "POST", body, credentials: "same-origin" });
      return answer.status >= 500 ? undefined : { url: answer.url, text: await answer.text() };
    } catch {
      return undefined;
    }
  }

  function tell(form, text) {
    setText(form.querySelector(".pending"), text);
  }

  // The answer is a page: this one as it stands now, or another to go to.
  function take({ url, text }, form) {
    if (new URL(url).pathname !== location.pathname) return location.assign(url);
    form.setAttribute("aria-busy", "false");
    swap(text);
    document.querySelector(".outcome:not([hidden])")?.focus();
  }

  function swap(text) {
    const id = element("work") ? "work" : "main";
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(id);
    if (!fresh) return location.reload();
    element(id).replaceWith(document.adoptNode(fresh));
    showFields();
  }

  // Fields that go with the chosen kind alone.
  function showFields() {
    const kind = document.querySelector("[name=kind]:checked")?.value;
    for (const part of document.querySelectorAll("[data-for]")) {
      part.hidden = kind !== undefined && !part.dataset.for.split(" ").includes(kind);
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-write]");
    if (!form) return;
    event.preventDefault();
    sendForm(form, event.submitter);
  });
  document.addEventListener("change", (event) => event.target.name === "kind" && showFields());
  showFields();

  // ---- tickets

  const sheet = document.querySelector(".tickets");
  const print = element("print");
  if (sheet && print) {
    let saved = false;
    print.hidden = false;
    print.addEventListener("click", () => window.print());
    window.addEventListener("afterprint", () => { saved = true; });
    document.querySelector("a[download]").addEventListener("click", () => { saved = true; });
    window.addEventListener("beforeunload", (event) => saved || event.preventDefault());
  }

  // ---- one vote, live

  const source = element("state");
  if (!source) return;
  const state = JSON.parse(source.textContent);
  const page = createPage(state, host);
  const { t } = page;
  const speak = createRegions({ host, document });
  let behind = false;
  let asking = false;
  const stamp = (board) => [board.state, board.withdrawn, board.issued, Object.keys(board.shown ?? {}).length].join();
  let shown = stamp(state.board);

  function draw() {
    const board = page.board();
    setText(element("turnout"), t("poll-turnout", { count: board.turnout ?? 0 }));
    setText(element("used"), t("poll-used", { count: board.turnout ?? 0 }));
    if (stamp(board) !== shown || (board.tally && !page.paused())) refresh();
  }

  // The steps that are possible are the box's to say. What somebody is about to confirm is not taken from under them.
  async function refresh() {
    const work = element("work");
    const inUse = work.querySelector("details.step[open]") || work.querySelector("[aria-busy=true]");
    if (inUse || asking) {
      behind = true;
      if (inUse && stamp(page.board()) !== shown) notice(work.dataset.changed);
      return;
    }
    behind = false;
    asking = true;
    const stands = stamp(page.board());
    try {
      const answer = await host.fetch(location.pathname, { credentials: "same-origin" });
      const text = await answer.text();
      const focused = work.contains(document.activeElement);
      if (answer.ok && !focused && !element("work").querySelector("details.step[open]")) {
        swap(text);
        shown = stands;
      } else behind = true;
    } catch {
      behind = true;
    }
    asking = false;
  }

  function notice(text) {
    if (element("outcome").textContent === text) return;
    setText(element("outcome"), text);
    element("outcome").hidden = false;
    speak("status", text);
  }

  document.addEventListener("toggle", (event) => {
    if (behind && !event.target.open) refresh();
  }, true);
  document.addEventListener("focusout", () => host.setTimeout(() => behind && refresh(), 300));
  page.onChange(draw);
  page.onPause((paused) => paused || draw());
  page.onStatus((status, before) => {
    if (status === "offline") speak("status", t("lost", { last: "" }));
    else if (status === "live" && before === "offline") speak("status", t("back"));
  });
  host.setInterval(() => document.hidden || page.showAges(), 1000);
  page.start();
}

startVotes();
