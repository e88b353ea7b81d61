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
