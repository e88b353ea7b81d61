// The moment of a tap on the game's clock, also where the box cannot be asked: what was entered without it counts on
// from here until it is known there. Pure.
import { clockValue } from "./clock.js";

// `pending` are the items on their way, oldest first. Gives {segment, value, runs}; no value without a clock.
export function gameClock(board, pending, boxNow, wallNow) {
  const worked = pending.filter((item) => item.shows !== undefined).at(-1);
  if (!worked) {
    const live = board.state === "live";
    return { segment: board.segment, value: clockValue(board.clock, boxNow), runs: live && board.clock?.running === true };
  }
  const way = board.clock?.direction === "down" ? -1 : 1;
  const since = worked.runs ? way * (wallNow - worked.tapped) : 0;
  return { segment: worked.segment, value: Math.max(0, worked.shows + since), runs: worked.runs };
}

// A command with the moment of its tap in it, and what the clock shows and does from then on, where it works the clock.
// `opens` is the period that a start begins.
export function stamped(command, clock, from, opens) {
  const { segment, runs } = clock;
  const value = clock.value === undefined ? undefined : Math.round(clock.value);
  const told = value !== undefined && from[segment] !== undefined && value >= from[segment];
  const at = told ? { segment, clock_ms: value } : undefined;
  const timed = at && !command.at ? { ...command, at } : command;
  if (command.type === "action" || command.type === "comment") return { command: runs ? timed : command };
  if (command.type === "clock" && value !== undefined) {
    if (command.do === "set") return { command, shows: command.value_ms, runs, segment };
    return { command: timed, shows: value, runs: command.do === "start", segment };
  }
  if (command.type === "segment" && command.do === "start" && from[opens] !== undefined) {
    return { command, shows: from[opens], runs: true, segment: opens };
  }
  if (command.type === "segment" && command.do === "end" && value !== undefined) {
    return { command: runs ? timed : command, shows: value, runs: false, segment };
  }
  return { command };
}

// What sets the clock right after a command that set it going reached the box late; undefined where it was in time.
export function afterwards(item, wallNow, direction) {
  const LATE = 2000;
  const late = wallNow - item.tapped;
  if (!item.runs || item.shows === undefined || late < LATE) return undefined;
  const value = direction === "down" ? item.shows - late : item.shows + late;
  return { command: { type: "clock", do: "set", value_ms: Math.max(0, Math.round(value)) }, shows: Math.max(0, value) };
}
