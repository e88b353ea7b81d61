// Commands on their way: one after another in the order they were made, each until it has an outcome.
//
// A command that got no answer is sent again with the same id, so it counts once however often it arrives. Its outcome
// comes with the answer or as a receipt on the live connection, whichever is first. What is not settled is kept in a
// store, and tells the moment of its tap; of several tabs one sends.

const AGAIN = [1000, 2000, 4000, 8000, 15000];
const ANSWER_WITHIN = 10000;
const LEASE = 12000;
// Another tab that holds the lease answers within this, or is gone: closed, reloaded, killed.
const IS_THERE = 300;
const OTHER_TAB = 3000;
// A refusal of what waited this long means that the game has moved on, not that the entry was wrong.
const STALE = 5000;
// What somebody else did meanwhile: a person must look before it is sent again.
const LOOK_FIRST = ["conflict", "not-scorer", "scorer-taken", "already-voided", "withdrawn"];

// `onState(item, state, detail)`: waiting, retrying, other-tab, accepted, refused, check, signed-out, gone (discarded).
// An item has id, command, tapped (wall time), label, by, and `about`, which lives as long as the page.
export function createOutbox({ host, url, onState, store, game, tab, tell }) {
  const queue = [];
  const settled = new Map();
  const wallNow = () => host.wall?.() ?? Date.now();
  let timer;
  let sending = false;
  let leased = 0;
  let asked = false; // whether there is another tab
  let answered = false;
  let made = 0;

  function note(item, state, detail) {
    item.state = state;
    item.detail = detail;
    onState(item, state, detail);
  }

  function keep(item) {
    const { about, held, tries, ...kept } = item;
    store?.put(kept);
  }

  function settle(item, state, detail) {
    const index = queue.indexOf(item);
    if (index < 0) return;
    queue.splice(index, 1);
    note(item, state, detail);
    if (state === "accepted") store?.remove(item.id);
    else {
      settled.set(item.id, item);
      keep(item);
    }
    tell?.({ id: item.id, state, detail });
    next();
  }

  function later(ms) {
    host.clearTimeout(timer);
    timer = host.setTimeout(() => {
      timer = undefined;
      next();
    }, ms);
  }

  function next() {
    if (sending || timer !== undefined || !queue.length || queue[0].held) return;
    if (!store || host.now() < leased) return send(queue[0]);
    sending = true;
    store.lease(game, tab, LEASE, asked && !answered).then((mine) => {
      sending = false;
      if (mine) {
        // Given up a little early, so that two tabs never both believe they hold it.
        leased = host.now() + LEASE / 4;
        asked = answered = false;
        return next();
      }
      if (answered && queue.length) note(queue[0], "other-tab");
      const pause = answered ? OTHER_TAB : IS_THERE;
      asked = true;
      answered = false;
      tell?.({ ask: tab });
      later(pause);
    });
  }

  async function send(item) {
    sending = true;
    const abort = host.AbortController ? new host.AbortController() : undefined;
    const overdue = host.setTimeout(() => abort?.abort(), ANSWER_WITHIN);
    let outcome = { state: "retrying" };
    try {
      const answer = await host.fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": item.id },
        body: JSON.stringify(item.command),
        credentials: "same-origin",
        signal: abort?.signal,
      });
      const stale = wallNow() - item.tapped > STALE;
      outcome = readOutcome(answer.status, await answer.json().catch(() => ({})), stale);
    } catch { /* no answer: the same again */ }
    host.clearTimeout(overdue);
    sending = false;
    if (!queue.includes(item)) return next();
    if (outcome.state === "retrying") {
      note(item, "retrying");
      const pause = AGAIN[Math.min(item.tries++, AGAIN.length - 1)];
      later(pause * (0.75 + host.random() * 0.5));
    } else if (outcome.state === "signed-out") {
      item.held = true;
      note(item, "signed-out");
    } else settle(item, outcome.state, outcome.detail);
  }

  function take(item, first) {
    if (first) queue.unshift(item);
    else queue.push(item);
    note(item, "waiting");
  }

  function wake() {
    host.clearTimeout(timer);
    timer = undefined;
    next();
  }

  return {
    // `more`: tapped, label, by and what else is to be kept with it; `first`: before all that wait.
    add(id, command, about, more = {}, first = false) {
      made += 1;
      const item = { id, command, about, game, tapped: wallNow(), n: made, ...more, tries: 0, held: false };
      keep(item);
      take(item, first);
      tell?.({ id, item: { ...item, about: undefined }, first });
      next();
      return item;
    },
    receipt({ id, outcome, seq, problem }) {
      const item = queue.find((one) => one.id === id);
      if (item && outcome === "accepted") settle(item, "accepted", seq);
      else if (item && outcome === "rejected") {
        const { state, detail } = refusalOf(409, problem, wallNow() - item.tapped > STALE);
        settle(item, state, detail);
      }
    },
    // What waits is tried at once; what was refused goes out as something new, for the box remembers the old answer.
    again(item, id) {
      if (settled.delete(item.id)) {
        store?.remove(item.id);
        tell?.({ id: item.id, state: "gone" });
        const { expect_seq: _, ...command } = item.command;
        Object.assign(item, { id, command, tries: 0, held: false });
        keep(item);
        take(item);
        tell?.({ id, item: { ...item, about: undefined } });
      }
      item.held = false;
      wake();
    },
    // Signed in again: everything that waited goes on.
    resume() {
      for (const item of queue) {
        if (item.held) note(item, "waiting");
        item.held = false;
      }
      wake();
    },
    discard(item) {
      const index = queue.indexOf(item);
      if (index >= 0) queue.splice(index, 1);
      settled.delete(item.id);
      store?.remove(item.id);
      note(item, "gone");
      tell?.({ id: item.id, state: "gone" });
      next();
    },
    // What an earlier page left, in its order, before anything of this page. `foreign` says of an item why this
    // person had better look at it first, or nothing.
    async load(foreign = () => "") {
      const known = new Set(queue.map((item) => item.id));
      const left = (await store?.all(game) ?? []).filter((item) => !known.has(item.id));
      for (const item of left) {
        const why = foreign(item);
        if (why) Object.assign(item, { state: "check", detail: why });
      }
      const decided = (item) => item.state === "refused" || item.state === "check";
      for (const item of left.filter((one) => !decided(one)).reverse()) {
        Object.assign(item, { tries: 0, held: false });
        take(item, true);
      }
      for (const item of left.filter(decided)) {
        settled.set(item.id, item);
        onState(item, item.state, item.detail);
      }
      next();
    },
    // Another tab of this browser tells what it made, and what became of what.
    heard({ id, item, state, detail, first, ask, here }) {
      if (ask && (sending || host.now() < leased)) tell?.({ here: ask });
      if (here === tab) answered = true;
      const mine = queue.find((one) => one.id === id) ?? settled.get(id);
      if (item && !mine) {
        take({ ...item, tries: 0, held: false }, first);
        // Whoever made it sends it, unless the lease is here, or nobody does.
        if (host.now() < leased) next();
        else if (timer === undefined && !sending) later(OTHER_TAB);
        return;
      }
      if (!mine || !state) return;
      const index = queue.indexOf(mine);
      if (index >= 0) queue.splice(index, 1);
      if (state === "refused" || state === "check") settled.set(id, mine);
      else settled.delete(id);
      note(mine, state, detail);
      next();
    },
    // The tab goes away: another may send at once.
    leave: () => store?.release(game, tab),
    wake,
    size: () => queue.length,
    waiting: () => [...queue],
    unsettled: () => [...settled.values()],
  };
}

// What an answer means for the command. A box that is busy or gone has decided nothing, and neither has a captive portal
// that answers in its place.
function readOutcome(status, body, stale) {
  if (status === 401) return { state: "signed-out" };
  if (status === 202 || status === 429 || status >= 500) return { state: "retrying" };
  if (status >= 400) return refusalOf(status, body, stale);
  if (body.outcome === "rejected") return refusalOf(409, body.problem, stale);
  return body.outcome === "accepted" ? { state: "accepted", detail: body.seq } : { state: "retrying" };
}

function refusalOf(status, problem, stale) {
  const code = String(problem?.type ?? "").split(":").at(-1);
  const look = status === 409 && (stale || LOOK_FIRST.includes(code));
  return { state: look ? "check" : "refused", detail: problem?.detail ?? problem?.title ?? "" };
}
