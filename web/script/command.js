// A form of the desk as the command the API takes. Pure.
import { parseClock, parseMinute, segmentAt } from "./clock.js";

// `fields` are the form's values by name, and `now`, what the clock shows. Gives {command} or {wrong}: the id of a text that says what to write.
export function commandOf(fields, board, rule = "ceil") {
  const command = { type: fields.type };
  const line = (text) => (text ?? "").trim().replace(/\s+/g, " ");
  const put = (name, value) => {
    if (value !== undefined && value !== "") command[name] = value;
  };
  const action = () => {
    const made = { type: "action", action: fields.action };
    if (fields.side) made.side = fields.side;
    const player = (fields.player ?? "").trim();
    if (player) made.player = player;
    const other = (fields.other ?? "").trim();
    if (other) made.other = other;
    if (fields.tags) made.tags = fields.tags.split(" ");
    if (fields.scored) made.scored = fields.scored === "true";
    if (fields.value) made.value = Number(fields.value);
    if (fields.of) made.of = Number(fields.of);
    return made;
  };
  let at;
  if ((fields.minute ?? "").trim()) {
    const clock = parseMinute(fields.minute, rule);
    if (clock === undefined) return { wrong: "bad-minute" };
    // A correction stays in the period of what it corrects; else the minute tells the period.
    const corrected = fields.type === "replace" ? board.timeline?.[fields.seq]?.at?.segment : undefined;
    at = { segment: corrected ?? segmentAt(fields.minute, clock, board.begun) ?? board.segment, clock_ms: clock };
  }
  if (fields.type === "action") {
    Object.assign(command, action());
    put("at", at);
  } else if (fields.type === "clock") {
    put("do", fields.do ?? "set");
    if (fields.nudge) {
      command.value_ms = Math.max(0, Math.round(fields.now + Number(fields.nudge)));
    } else if (command.do === "set") {
      const value = parseClock(fields.value ?? "");
      if (value === undefined) return { wrong: "bad-time" };
      command.value_ms = value;
    }
  } else if (fields.type === "segment") {
    put("do", fields.do);
    put("segment", fields.segment);
  } else if (fields.type === "state") {
    put("to", fields.to);
    put("reason", (fields.reason ?? "").trim());
    if (fields.to === "awarded") {
      command.award = { kind: "awarded" };
      if (fields.side) command.award.side = fields.side;
    }
  } else if (fields.type === "comment") {
    put("text", line(fields.text));
    put("urgency", fields.urgency);
  } else if (fields.type === "scorer") {
    put("do", fields.do);
    if (fields.do === "hand_over") put("to", fields.to);
  } else if (fields.type === "adjust") {
    Object.assign(command, { side: fields.side, counter: fields.counter, to: Number(fields.to) });
    put("reason", (fields.reason ?? "").trim());
  } else if (fields.type === "review") {
    put("do", fields.do);
    if (fields.of) command.of = Number(fields.of);
  } else if (fields.type === "void") {
    command.seq = Number(fields.seq);
    put("reason", (fields.reason ?? "").trim());
  } else if (fields.type === "replace" || fields.type === "insert") {
    command[fields.type === "replace" ? "seq" : "after"] = Number(fields.seq ?? fields.after);
    command.with = fields.with === "comment" ? { type: "comment", text: line(fields.text) } : action();
    if (at) command.with.at = at;
  }
  return { command };
}

// Random, also where the page came over plain http and `crypto.randomUUID` is missing.
export function newId(crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
