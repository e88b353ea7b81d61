// What a screen reader hears. One queue for three regions: a goal and a correction interrupt, the rest waits its turn.
//
// Kept here: a (seq, key) is spoken once; after a newer goal no older line is spoken as if it were news; nothing is
// spoken while paused, hidden or while the page is being filled; what was missed becomes one summary, never a backlog.

const WINDOW = 1500;
const GAP = 4000;
const GAP_PER_CHARACTER = 60;
const GAP_AT_MOST = 12000;
const LINE_EVENTS = 3;
const LINE_WORDS = 40;
const TOO_OLD = 20000;
const TWO_GOALS = 5000;
const AFTER_BUSY = 300;
const AFTER_FOCUS = 150;
const MINUTE = 60000;
const PER_MINUTE = { all: 10, key: 4, off: 4 };
const RANK = { always: 0, key: 1, all: 2 };
const HEARD = { off: 0, key: 1, all: 2 };

// `speak(region, text)` puts a text into `log`, `status` or `alert`. `store` keeps the highest seq spoken.
// `t(id, values)` gives the page's words. `score()` gives the score as a sentence.
export function createAnnouncer({ host, speak, store, t, score, level = "key", interrupt = true }) {
  let waiting = [];
  let missed = new Set();
  const spoken = new Set();
  let floor = store.get();
  let lastGoal; // {order, seq, text, at}
  let last = "";
  let lastLine = "";
  let quietUntil = 0;
  let lines = []; // when polite lines were spoken, for the limit by the minute
  let timer;
  const mute = { paused: false, hidden: false, busy: false };
  let summaryTimer;

  const silent = () => mute.paused || mute.hidden || mute.busy;

  function older(a, b) {
    if (!b) return false;
    if (a.order !== undefined && b.order !== undefined && a.order !== b.order) return a.order < b.order;
    return (a.seq ?? 0) < (b.seq ?? 0);
  }

  function remember(line) {
    spoken.add(line.seq + " " + line.key);
    if (line.seq > floor) {
      floor = line.seq;
      store.set(floor);
    }
  }

  function say(region, text) {
    // Equal words are not spoken twice by a screen reader; they are none of our news either.
    if (!text || text === lastLine) return;
    lastLine = text;
    last = text;
    speak(region, text);
    quietUntil = Math.max(quietUntil, host.now() + Math.min(GAP_AT_MOST, Math.max(GAP, text.length * GAP_PER_CHARACTER)));
  }

  // ---- a goal, a correction, safety

  function assert(line) {
    const now = host.now();
    // An older key line comes late: it is told as what it is.
    if (line.level !== "always" && older(line, lastGoal)) return queue(line);
    waiting = waiting.filter((other) => other.level !== "all" && !(other.key && other.key === line.key));
    const together = lastGoal && now - lastGoal.at < TWO_GOALS;
    const text = together ? lastGoal.text + " " + line.text : line.text;
    if (line.level !== "always") told(line);
    say("alert", text);
    plan();
  }

  function told(line) {
    lastGoal = { order: line.order, seq: line.seq, text: line.text, at: host.now() };
  }

  // ---- the rest

  function queue(line) {
    if (line.level === "all" && older(line, lastGoal)) return;
    if (line.key) waiting = waiting.filter((other) => other.key !== line.key);
    waiting.push({ ...line, since: host.now() });
    plan();
  }

  function plan() {
    host.clearTimeout(timer);
    timer = undefined;
    if (!waiting.length || silent()) return;
    const now = host.now();
    lines = lines.filter((at) => now - at < MINUTE);
    const full = lines.length >= PER_MINUTE[level] ? lines[0] + MINUTE : 0;
    const due = Math.max(waiting[0].since + WINDOW, quietUntil, full);
    timer = host.setTimeout(flush, Math.max(0, due - now));
  }

  function flush() {
    timer = undefined;
    if (silent() || !waiting.length) return;
    const now = host.now();
    const fresh = waiting.filter((line) => now - line.since <= TOO_OLD);
    let dropped = waiting.length - fresh.length;
    const chosen = [];
    let words = 0;
    // The newest are told; what does not fit becomes a count. An important line is kept before a common one.
    const byWorth = fresh.map((line, index) => ({ line, index }))
      .sort((a, b) => RANK[a.line.level] - RANK[b.line.level] || b.index - a.index);
    for (const { line, index } of byWorth) {
      const count = line.text.split(/\s+/).length;
      if (chosen.length && (chosen.length >= LINE_EVENTS || words + count > LINE_WORDS)) dropped += 1;
      else {
        chosen.push({ line, index });
        words += count;
      }
    }
    waiting = [];
    const sentences = chosen.sort((a, b) => a.index - b.index).map(({ line }) => {
      const text = older(line, lastGoal) ? t("before-that", { last: line.text }) : line.text;
      // A goal of a reader who does not want to be interrupted.
      if (line.to === "assertive" && !older(line, lastGoal)) told(line);
      return text;
    });
    if (dropped) sentences.unshift(t("earlier", { count: dropped }));
    lines.push(now);
    say("log", sentences.join(" "));
    plan();
  }

  // ---- what was missed

  function miss(line) {
    if (HEARD[level] >= RANK[line.level]) missed.add(line.seq);
  }

  function catchUp() {
    const count = missed.size;
    missed = new Set();
    if (count && level !== "off") say("log", t("away", { count }) + " " + score());
  }

  function release() {
    if (silent()) return;
    if (missed.size && summaryTimer === undefined) {
      summaryTimer = host.setTimeout(() => {
        summaryTimer = undefined;
        if (!silent()) catchUp();
      }, AFTER_BUSY);
    }
    plan();
  }

  function stopSpeaking() {
    host.clearTimeout(timer);
    timer = undefined;
    for (const line of waiting) miss(line);
    waiting = [];
  }

  function take(said, isMissed) {
    for (const line of said ?? []) {
      if (!line.text || spoken.has(line.seq + " " + line.key)) continue;
      remember(line);
      if (line.level !== "always" && isMissed()) miss(line);
      else if (HEARD[level] < RANK[line.level]) continue;
      else if (line.to === "assertive" && (interrupt || line.level === "always")) assert(line);
      else queue(line);
    }
  }

  return {
    // The `say` of a patch.
    hear(said) {
      take(said, silent);
    },
    // The `say` of a patch of a time when the page was away: no news any more, but counted. Safety is said even so.
    missed(said) {
      take(said, () => true);
      release();
    },
    // A snapshot: whatever it holds beyond what was spoken is told in one sentence.
    snapshot(entries, highest) {
      stopSpeaking();
      for (const entry of entries) {
        if (floor > 0 && entry.seq > floor) miss({ seq: entry.seq, level: entry.key ? "key" : "all" });
      }
      floor = Math.max(floor, highest ?? 0);
      store.set(floor);
      release();
    },
    // The page came with this much already on it: that is not news.
    begin(highest) {
      floor = Math.max(floor, highest ?? 0);
      store.set(floor);
    },
    pause() {
      mute.paused = true;
      stopSpeaking();
      speak("status", t("paused"));
    },
    resume() {
      mute.paused = false;
      speak("status", t("resumed"));
      release();
    },
    hide() {
      mute.hidden = true;
      stopSpeaking();
    },
    show() {
      mute.hidden = false;
      release();
    },
    busy() {
      mute.busy = true;
    },
    done() {
      mute.busy = false;
      quietUntil = Math.max(quietUntil, host.now() + AFTER_BUSY);
      release();
    },
    focusMoved() {
      quietUntil = Math.max(quietUntil, host.now() + AFTER_FOCUS);
    },
    setLevel(next) {
      level = next;
      waiting = waiting.filter((line) => HEARD[level] >= RANK[line.level]);
      plan();
    },
    setInterrupt(next) {
      interrupt = next;
    },
    status(text) {
      speak("status", text);
    },
    repeat() {
      speak("status", last ? t("again", { last }) : t("nothing-yet"));
    },
  };
}

// The highest seq spoken, kept over reloads and restarts of the box. Storage throws inside a captive sheet.
export function createStore(storage, name) {
  let kept = 0;
  return {
    get() {
      try { kept = Math.max(kept, Number(storage().getItem(name)) || 0); } catch { /* as if new */ }
      return kept;
    },
    set(seq) {
      kept = seq;
      try { storage().setItem(name, String(seq)); } catch { /* as if new next time */ }
    },
  };
}

// The three regions. One flush is one paragraph with one text; a region that holds something is emptied first and filled
// a moment later, or a screen reader takes the two for one change.
export function createRegions({ host, document }) {
  const byName = { log: "log", status: "st", alert: "al" };
  const clearing = {};
  function put(name, text) {
    const region = document.getElementById(byName[name]);
    const line = document.createElement("p");
    line.textContent = text;
    region.append(line);
    return { region, line };
  }
  return (name, text) => {
    if (name === "log") {
      const { region } = put(name, text);
      while (region.children.length > 20) region.firstElementChild.remove();
      return;
    }
    const region = document.getElementById(byName[name]);
    const full = region.textContent !== "";
    region.textContent = "";
    host.clearTimeout(clearing[name]);
    const fill = () => {
      const { line } = put(name, text);
      clearing[name] = host.setTimeout(() => line.remove(), 8000);
    };
    if (full) clearing[name] = host.setTimeout(fill, 100);
    else fill();
  };
}
