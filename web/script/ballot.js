// One phone's ballot in one vote: sent until it is answered, kept where nothing gets through.
//
// A ballot has one id from the moment Vote is pressed until it is decided, over reloads, tunnels and windows; so it counts
// once however often it arrives. It goes over the open WebSocket where there is one, else, or where no answer comes, by
// a request of its own. A phone that is new to the box waits by itself until its cookie is old enough.

const SOCKET_ANSWERS = 4000;
const REQUEST_ANSWERS = 6000;
const AGAIN = [1000, 2000, 4000];
const PATIENCE = 8000;
const NEW_PHONE = 3000;
const MARGIN = 200;
const UNDECIDED = ["sending", "new-phone", "failed", "kept"];

// `store` keeps the ballot ({get, set}), `send(message)` says whether it went over a socket, `onState(state, mine)` tells:
// sending, new-phone (waits by itself), failed (ask the voter), kept (sent when there is a way), accepted, refused.
export function createBallot({ host, poll, store, send, onState }) {
  let mine = store.get();
  let timer;
  let began = 0;
  let tries = 0;
  let quiet = false; // sent by itself, not at the voter's word: nobody is asked when it fails
  let renewed = false; // the phone asked for another cookie, which its socket does not carry
  let turn = 0; // what answers an attempt that was given up is not heard

  const url = `/api/v1/polls/${encodeURIComponent(poll)}/ballots`;
  const undecided = () => UNDECIDED.includes(mine?.state);

  function become(state, more) {
    mine = { ...mine, ...more, state };
    store.set(mine);
    onState(state, mine);
  }

  function begin(silent) {
    quiet = silent;
    began = host.now();
    tries = 0;
    renewed = false;
    become("sending");
    attempt();
  }

  function attempt() {
    host.clearTimeout(timer);
    const current = ++turn;
    const { id, choice, code } = mine;
    const ballot = code ? { id, choice, code } : { id, choice };
    if (!renewed && send({ type: "ballot", poll, ...ballot })) {
      timer = host.setTimeout(() => current === turn && request(ballot), SOCKET_ANSWERS);
    } else request(ballot);
  }

  async function request(ballot) {
    const current = ++turn;
    const abort = host.AbortController ? new host.AbortController() : undefined;
    timer = host.setTimeout(() => {
      abort?.abort();
      if (current === turn) unanswered();
    }, REQUEST_ANSWERS);
    try {
      const answer = await host.fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(ballot),
        credentials: "same-origin",
        signal: abort?.signal,
      });
      const body = await answer.json().catch(() => ({}));
      if (current === turn) heard(answer.status, body);
    } catch {
      if (current === turn) unanswered();
    }
  }

  function later(ms) {
    host.clearTimeout(timer);
    timer = host.setTimeout(attempt, ms);
  }

  // Nothing came back, or the box had no time: nothing is decided.
  function unanswered(wait) {
    turn += 1;
    host.clearTimeout(timer);
    if (tries >= AGAIN.length || host.now() - began >= PATIENCE) return become(quiet ? "kept" : "failed");
    later((wait ?? AGAIN[tries]) * (0.75 + host.random() * 0.5));
    tries += 1;
  }

  function heard(status, body) {
    turn += 1;
    host.clearTimeout(timer);
    const problem = body.problem ?? body;
    const code = String(problem.type ?? "").split(":").at(-1);
    const wait = problem.retry_after_s * 1000;
    if (body.receipt) return become("accepted", { receipt: body.receipt, former: undefined });
    if (status === 202 || status < 300) return later(AGAIN[1]);
    if (status === 429 || status >= 500) return unanswered(wait || undefined);
    if (code === "device-too-new") {
      become("new-phone");
      return later((wait || NEW_PHONE) + MARGIN);
    }
    if ((code === "device-required" || code === "device-unknown") && !renewed) return renew();
    // What was to be changed still counts.
    const { former } = mine;
    onState("refused", { ...mine, reason: problem.detail ?? problem.title ?? "", problem: code });
    mine = former;
    store.set(former);
  }

  // The cookie is of another box, or went with a private window: a new one votes once it is old enough.
  async function renew() {
    renewed = true;
    become("new-phone");
    const current = ++turn;
    try {
      await host.fetch("/api/v1/device", { method: "POST", credentials: "same-origin" });
    } catch { /* the next attempt tells */ }
    if (current === turn) later(NEW_PHONE + MARGIN);
  }

  return {
    // The voter pressed Vote. The same ballot again is the same one; another is another.
    cast(choice, code) {
      const same = undecided() && mine.code === code && mine.choice.join() === choice.join();
      const former = mine?.state === "accepted" ? mine : mine?.former;
      mine = { id: same ? mine.id : ballotId(host.crypto), choice, code, former };
      begin(false);
    },
    again: () => undecided() && begin(false),
    keep: () => undecided() && become("kept"),
    // There may be a way through again: what is kept goes, without a word when it does not get there.
    back() {
      if (mine?.state === "kept") begin(true);
    },
    // The page has just been loaded: what it finds kept is shown, and what is undecided is sent.
    start() {
      if (undecided()) begin(true);
      else if (mine?.state === "accepted") onState("accepted", mine);
    },
    receipt(message) {
      if (!undecided() || message.id !== mine.id) return;
      if (message.outcome === "accepted" && message.receipt) heard(201, message);
      else if (message.outcome === "rejected") heard(message.problem?.status ?? 422, message);
    },
    // Another window of this phone has changed what is kept.
    changed() {
      const other = store.get();
      if (other?.state !== "accepted" || other.receipt === mine?.receipt) return;
      turn += 1;
      host.clearTimeout(timer);
      mine = other;
      onState("accepted", mine);
    },
    // Another ballot is to be made with another code; this one's receipt has been seen.
    forget() {
      turn += 1;
      host.clearTimeout(timer);
      mine = undefined;
      store.set(undefined);
    },
    mine: () => mine,
    busy: () => undecided() && mine.state !== "kept",
  };
}

// Random, also where the page came over plain http and `crypto.randomUUID` is missing.
function ballotId(crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What is kept under a name, over reloads and for all windows. Storage throws inside a captive sheet: then for this page.
export function createKept(storage, name) {
  let here;
  let works = true;
  return {
    get() {
      if (!works) return here;
      try {
        return JSON.parse(storage().getItem(name) ?? "null") ?? undefined;
      } catch {
        works = false;
        return here;
      }
    },
    set(value) {
      here = value;
      try {
        if (value === undefined) storage().removeItem(name);
        else storage().setItem(name, JSON.stringify(value));
      } catch {
        works = false;
      }
    },
  };
}

// The letters a printed code has, however it was typed: no I, L, O or U stands on a ticket.
export function codeOf(text) {
  const letters = text.toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return letters.match(/.{1,4}/g)?.join("-") ?? "";
}

// The choice a form stands for: {choice}, or {wrong}: the id of a text that says what is missing. `picked` are the
// values ticked, or those of the places in their order.
export function choiceOf(kind, picked) {
  const filled = picked.filter((id) => id !== "");
  if (!filled.length || (kind === "points" && filled.length < picked.length)) return { wrong: "poll-nothing-chosen" };
  if (new Set(filled).size < filled.length) return { wrong: "poll-chosen-twice" };
  return { choice: filled };
}
