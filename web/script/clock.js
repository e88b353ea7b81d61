// A game clock is an anchor: a value at a moment of the box's own line, and whether it runs. Nothing ticks in a board.

// The box's line as this page can tell it: what `hello` and heartbeats said, plus the time since.
export function boxTime(host) {
  let offset = 0;
  return {
    set(nowMs) {
      offset = nowMs - host.now();
    },
    now: () => host.now() + offset,
  };
}

export function clockValue(clock, nowMs) {
  if (!clock || typeof clock.value_ms !== "number") return undefined;
  if (!clock.running) return clock.value_ms;
  const since = Math.max(0, nowMs - (clock.at_ms ?? nowMs));
  return clock.direction === "down" ? Math.max(0, clock.value_ms - since) : clock.value_ms + since;
}

// A whole second counts down only when it is over.
export function clockDigits(valueMs, direction) {
  const seconds = direction === "down" ? Math.ceil(valueMs / 1000) : Math.floor(valueMs / 1000);
  return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
}

// The minute as readers count it: "67", and "45+2" where the clock runs past the end of a half.
export function minuteOf(valueMs, limitMs) {
  if (limitMs === undefined || valueMs < limitMs) return String(Math.floor(valueMs / 60000) + 1);
  return Math.floor(limitMs / 60000) + "+" + (Math.floor((valueMs - limitMs) / 60000) + 1);
}

// "67:30" as milliseconds; undefined when it is not written so.
export function parseClock(text) {
  const parts = /^\s*(\d{1,3}):([0-5]\d)\s*$/.exec(text);
  return parts ? (Number(parts[1]) * 60 + Number(parts[2])) * 1000 : undefined;
}

// "67" or "45+2" as the clock at that minute's beginning, "66:12" as itself. By the rule `ceil` 0:00 to 0:59 is minute
// 1, by `floor` it is minute 0.
export function parseMinute(text, rule = "ceil") {
  if (text.includes(":")) return parseClock(text);
  const parts = /^\s*(\d{1,3})(?:\+(\d{1,2}))?\s*['′]?\s*$/.exec(text);
  if (!parts) return undefined;
  const minutes = Number(parts[1]) + Number(parts[2] ?? 0);
  return Math.max(0, rule === "ceil" ? minutes - 1 : minutes) * 60000;
}

// The period a typed minute belongs to, of those that have begun (`begun`: by id, what the clock began at): the last that
// had begun by then. "45+2" lies at the end of the one that ran into minute 45. Undefined where nothing tells.
export function segmentAt(text, clockMs, begun) {
  const base = /^\s*(\d{1,3})\+/.exec(text);
  const at = base ? Number(base[1]) * 60000 - 1 : clockMs;
  const starts = Object.entries(begun ?? {}).filter(([, from]) => from <= at).sort((a, b) => a[1] - b[1]);
  return starts.at(-1)?.[0];
}
