import assert from "node:assert/strict";
import { test } from "node:test";
import { clockDigits, clockValue, minuteOf, parseClock, parseMinute } from "../../web/script/clock.js";
import { commandOf, newId } from "../../web/script/command.js";
import { createOutbox } from "../../web/script/outbox.js";
import { age, speaker } from "../../web/script/words.js";
import { fakeHost } from "./host.mjs";

const board = { segment: "2H", begun: { "2H": 2700000, "1H": 0 }, timeline: { 7: { at: { segment: "1H" } } } };
const CASES = [
  [{ type: "action", action: "goal", side: "home", player: " 9 ", minute: "" }, { type: "action", action: "goal", side: "home", player: "9" }],
  [{ type: "action", action: "goal", side: "home", minute: "67" }, { type: "action", action: "goal", side: "home", at: { segment: "2H", clock_ms: 3960000 } }],
  [{ type: "action", action: "goal", minute: "45+2" }, { type: "action", action: "goal", at: { segment: "1H", clock_ms: 2760000 } }],
  [{ type: "action", action: "goal", minute: "46" }, { type: "action", action: "goal", at: { segment: "2H", clock_ms: 2700000 } }],
  [{ type: "action", action: "goal", minute: "20" }, { type: "action", action: "goal", at: { segment: "1H", clock_ms: 1140000 } }],
  [{ type: "action", action: "kick", side: "away", scored: "false", player: "" }, { type: "action", action: "kick", side: "away", scored: false }],
  [{ type: "action", action: "added_time", value: "3" }, { type: "action", action: "added_time", value: 3 }],
  [{ type: "action", action: "substitution", side: "home", player: "9", other: "14" }, { type: "action", action: "substitution", side: "home", player: "9", other: "14" }],
  [{ type: "clock", do: "start" }, { type: "clock", do: "start" }],
  [{ type: "clock", value: "67:30", do: "set" }, { type: "clock", do: "set", value_ms: 4050000 }],
  [{ type: "segment", do: "start", segment: "E1" }, { type: "segment", do: "start", segment: "E1" }],
  [{ type: "segment", do: "end" }, { type: "segment", do: "end" }],
  [{ type: "state", to: "suspended", reason: " rain " }, { type: "state", to: "suspended", reason: "rain" }],
  [{ type: "state", to: "awarded", side: "away", reason: "" }, { type: "state", to: "awarded", award: { kind: "awarded", side: "away" } }],
  [{ type: "state", to: "live", side: "away" }, { type: "state", to: "live" }],
  [{ type: "review", do: "open", of: "12" }, { type: "review", do: "open", of: 12 }],
  [{ type: "comment", text: " Good. ", urgency: "assertive" }, { type: "comment", text: "Good.", urgency: "assertive" }],
  [{ type: "void", seq: "1208", reason: "" }, { type: "void", seq: 1208 }],
  [{ type: "replace", seq: "7", action: "own_goal", side: "away", player: "", minute: "3" },
    { type: "replace", seq: 7, with: { type: "action", action: "own_goal", side: "away", at: { segment: "1H", clock_ms: 120000 } } }],
];
for (const [fields, command] of CASES) {
  test(`form ${JSON.stringify(fields)}`, () => assert.deepEqual(commandOf(fields, board).command, command));
}

test("a time that is not one is told, not guessed", () => {
  assert.equal(commandOf({ type: "clock", do: "set", value: "6730" }, board).wrong, "bad-time");
  assert.equal(commandOf({ type: "action", action: "goal", minute: "-3" }, board).wrong, "bad-minute");
  assert.equal(parseClock("12:75"), undefined);
  assert.equal(parseMinute("1"), 0);
  assert.equal(parseMinute("1", "floor"), 60000);
  assert.equal(parseMinute("66:12"), 3972000);
});

test("a clock is told from its anchor", () => {
  const clock = { running: true, direction: "up", value_ms: 4032000, at_ms: 1000 };
  assert.equal(clockDigits(clockValue(clock, 2500), "up"), "67:13");
  assert.equal(clockValue({ ...clock, running: false }, 99000), 4032000);
  assert.equal(clockDigits(clockValue({ ...clock, direction: "down", value_ms: 1500 }, 1600), "down"), "0:01");
  assert.equal(clockValue({ ...clock, direction: "down", value_ms: 1500 }, 99000), 0);
  assert.equal(clockValue(undefined, 1), undefined);
});

test("a minute of added time is told as it is called", () => {
  const minutes = [[0, undefined, "1"], [2699999, 2700000, "45"], [2700000, 2700000, "45+1"], [2832000, 2700000, "45+3"], [5460000, 5400000, "90+2"]];
  for (const [value, limit, minute] of minutes) assert.equal(minuteOf(value, limit), minute);
});

test("ids are random and of the browser's own making", () => {
  assert.match(newId(globalThis.crypto), /^[0-9a-f]{32}$/);
  assert.notEqual(newId(globalThis.crypto), newId(globalThis.crypto));
});

test("plural forms are those of the language", () => {
  const t = speaker({ new: { 0: "{count} nowych", 1: "{count} nowy", 2: "{count} nowe", 3: "{count} nowe" } }, "pl");
  assert.deepEqual([1, 2, 5, 22].map((count) => t("new", { count })), ["1 nowy", "2 nowe", "5 nowych", "22 nowe"]);
  assert.equal(t("unknown"), "unknown");
  assert.equal(age(12000, "en"), "12 sec. ago");
});

// ---- the outbox: each request is answered by the test

function outbox() {
  const requests = [];
  const states = [];
  const host = fakeHost({
    fetch: (url, options) => new Promise((resolve, reject) => {
      requests.push({
        id: options.headers["Idempotency-Key"],
        body: options.body,
        answer: (status, body) => resolve({ status, json: async () => body }),
        fail: () => reject(new Error("network")),
      });
    }),
  });
  const made = createOutbox({ host, url: "/x", onState: (item, state, detail) => states.push([item.id, state, detail]) });
  return { host, made, requests, states };
}

test("a command is waiting, then accepted", async () => {
  const { host, made, requests, states } = outbox();
  made.add("a", { type: "action" }, {});
  requests[0].answer(200, { outcome: "accepted", seq: 12 });
  await host.advance(0);
  assert.deepEqual(states, [["a", "waiting", undefined], ["a", "accepted", 12]]);
  assert.equal(made.size(), 0);
});

test("a refusal says why", async () => {
  const { host, made, requests, states } = outbox();
  made.add("a", {}, {});
  requests[0].answer(409, { title: "Refused", detail: "The game is over." });
  await host.advance(0);
  assert.deepEqual(states[1], ["a", "refused", "The game is over."]);
});

test("no answer: the same id and body again, more slowly each time", async () => {
  const { host, made, requests, states } = outbox();
  made.add("a", { type: "comment", text: "x" }, {});
  requests[0].fail();
  await host.advance(1000);
  requests[1].answer(503, {});
  await host.advance(1000);
  assert.equal(requests.length, 2);
  await host.advance(1000);
  assert.deepEqual(requests.map((one) => one.id + one.body), Array(3).fill('a{"type":"comment","text":"x"}'));
  requests[2].answer(200, { outcome: "accepted", seq: 1 });
  await host.advance(0);
  assert.deepEqual(states.map(([, state]) => state), ["waiting", "retrying", "retrying", "accepted"]);
});

test("commands leave in the order they were made", async () => {
  const { host, made, requests } = outbox();
  made.add("a", {}, {});
  made.add("b", {}, {});
  assert.deepEqual(requests.map((one) => one.id), ["a"]);
  requests[0].fail();
  await host.advance(1000);
  assert.deepEqual(requests.map((one) => one.id), ["a", "a"]);
  requests[1].answer(200, { outcome: "accepted" });
  await host.advance(0);
  assert.deepEqual(requests.map((one) => one.id), ["a", "a", "b"]);
});

test("a receipt decides before the answer does, once", async () => {
  const { host, made, requests, states } = outbox();
  made.add("a", {}, {});
  made.receipt({ id: "a", outcome: "accepted", seq: 3 });
  requests[0].answer(200, { outcome: "accepted", seq: 3 });
  await host.advance(0);
  assert.deepEqual(states.map(([, state]) => state), ["waiting", "accepted"]);
});

test("a session that has ended keeps the entry until one is signed in again", async () => {
  const { host, made, requests, states } = outbox();
  const item = made.add("a", {}, {});
  requests[0].answer(401, {});
  await host.advance(60000);
  assert.equal(requests.length, 1);
  assert.equal(states.at(-1)[1], "signed-out");
  made.again(item);
  assert.equal(requests.length, 2);
});
