import assert from "node:assert/strict";
import { test } from "node:test";
import { lettersFor } from "../../web/script/desk-keys.js";
import { squadOf } from "../../web/script/desk-dom.js";
import { afterwards, gameClock, stamped } from "../../web/script/desk-time.js";
import { createOutbox } from "../../web/script/outbox.js";
import { createKept } from "../../web/script/store.js";
import { fakeHost } from "./host.mjs";

// Several pages of one browser share a store, as several tabs do.
function sharedStore() {
  const items = new Map();
  const leases = new Map();
  return {
    items,
    durable: () => true,
    all: async () => [...items.values()].sort((a, b) => a.tapped - b.tapped || a.n - b.n).map((item) => ({ ...item })),
    put: async (item) => void items.set(item.id, structuredClone(item)),
    remove: async (id) => void items.delete(id),
    lease: async (game, tab, forMs, force) => {
      if (leases.has(game) && leases.get(game) !== tab && !force) return false;
      leases.set(game, tab);
      return true;
    },
    release: async (game, tab) => void (leases.get(game) === tab && leases.delete(game)),
  };
}

function page(store, tab = "one", more = {}) {
  const requests = [];
  const states = [];
  let wall = 1000000;
  const host = fakeHost({
    wall: () => wall + host.now(),
    fetch: (url, options) => new Promise((resolve, reject) => {
      requests.push({
        id: options.headers["Idempotency-Key"], command: JSON.parse(options.body),
        answer: (status, body) => resolve({ status, json: async () => body }),
        fail: () => reject(new Error("network")),
      });
    }),
  });
  const made = createOutbox({
    host, url: "/x", store, game: 7, tab, ...more,
    onState: (item, state, detail) => states.push([item.id, state, detail]),
  });
  return { host, made, requests, states };
}

const problem = (code) => ({ type: "urn:touchline:problem:" + code, detail: "because" });

test("what waits survives the page and leaves in its order", async () => {
  const store = sharedStore();
  const first = page(store);
  for (const id of ["a", "b", "c"]) {
    first.made.add(id, { type: "comment", text: id }, { form: {} });
    await first.host.advance(10);
  }
  first.requests[0].fail();
  await first.host.advance(0);
  assert.deepEqual([...store.items.keys()], ["a", "b", "c"]);
  assert.equal(store.items.get("a").about, undefined, "nothing of the page is kept");
  first.made.leave();
  await first.host.advance(0);

  const second = page(store, "two");
  await second.made.load();
  await second.host.advance(0);
  for (const id of ["a", "b", "c"]) {
    assert.equal(second.requests.at(-1).id, id);
    second.requests.at(-1).answer(200, { outcome: "accepted", seq: 1 });
    await second.host.advance(0);
  }
  assert.equal(store.items.size, 0);
  assert.equal(second.made.size(), 0);
});

// Two tabs of one browser that hear each other.
function twoTabs() {
  const store = sharedStore();
  const pages = [];
  const telling = (mine) => ({ tell: (news) => pages.filter((one) => one && one !== pages[mine]).forEach((one) => one.made.heard(structuredClone(news))) });
  pages.push(page(store, "one", telling(0)), page(store, "two", telling(1)));
  return pages;
}

test("of two tabs one sends", async () => {
  const [one, two] = twoTabs();
  one.made.add("a", {}, undefined);
  await one.host.advance(0);
  two.made.add("b", {}, undefined);
  for (let turn = 0; turn < 9; turn += 1) {
    await two.host.advance(500);
    await one.host.advance(500);
  }
  assert.deepEqual([one.requests.length, two.requests.length], [1, 0]);
  assert.ok(two.states.some(([, state]) => state === "other-tab"));
  one.requests[0].answer(200, { outcome: "accepted" });
  await one.host.advance(0);
  assert.deepEqual(one.requests.map((request) => request.id), ["a", "b"], "also what was entered in the other");
});

test("what a tab left that was closed while it sent goes out at once", async () => {
  const store = sharedStore();
  const gone = page(store, "gone");
  gone.made.add("a", {}, undefined);
  await gone.host.advance(0);
  const two = page(store, "two", { tell: () => {} });
  await two.made.load();
  await two.host.advance(0);
  assert.equal(two.requests.length, 0, "it asks first");
  await two.host.advance(400);
  assert.deepEqual(two.requests.map((request) => request.id), ["a"]);
});

test("a tab hears what another made and what became of it", async () => {
  const news = [];
  const store = sharedStore();
  const one = page(store, "one", { tell: (what) => news.push(structuredClone(what)) });
  const two = page(store, "two");
  one.made.add("a", {}, undefined);
  await one.host.advance(0);
  two.made.heard(news[0]);
  assert.equal(two.made.size(), 1);
  one.requests[0].answer(200, { outcome: "accepted", seq: 9 });
  await one.host.advance(0);
  two.made.heard(news[1]);
  assert.deepEqual(two.states.at(-1), ["a", "accepted", 9]);
  assert.equal(two.made.size(), 0);
  await two.host.advance(10000);
  assert.equal(two.requests.length, 0, "nothing is sent twice");
});

test("what somebody changed meanwhile needs a look; sent again it is something new", async () => {
  const { host, made, requests, states } = page(sharedStore());
  const item = made.add("a", { type: "segment", do: "end", expect_seq: 5 }, {});
  await host.advance(0);
  requests[0].answer(409, problem("conflict"));
  await host.advance(0);
  assert.deepEqual(states.at(-1), ["a", "check", "because"]);
  assert.deepEqual(made.unsettled().map((one) => one.id), ["a"]);
  made.again(item, "b");
  await host.advance(0);
  assert.deepEqual([requests[1].id, requests[1].command], ["b", { type: "segment", do: "end" }]);
  requests[1].answer(200, { outcome: "accepted" });
  await host.advance(0);
  assert.deepEqual([made.size(), made.unsettled().length], [0, 0]);
});

test("the rules refuse at once, and after a long wait the same refusal needs a look", async () => {
  const { host, made, requests, states } = page(sharedStore());
  made.add("a", {}, {});
  await host.advance(0);
  requests[0].answer(409, problem("game-over"));
  await host.advance(0);
  assert.equal(states.at(-1)[1], "refused");
  made.add("b", {}, {});
  await host.advance(0);
  requests[1].fail();
  await host.advance(6000);
  requests[2].answer(409, problem("game-over"));
  await host.advance(0);
  assert.deepEqual([states.at(-1)[0], states.at(-1)[1]], ["b", "check"]);
});

test("a refused entry stays after a reload until it is discarded, and waits for nobody", async () => {
  const store = sharedStore();
  const first = page(store);
  first.made.add("a", {}, {});
  await first.host.advance(0);
  first.requests[0].answer(422, problem("invalid-value"));
  await first.host.advance(0);
  const second = page(store, "one");
  await second.made.load();
  assert.deepEqual(second.states, [["a", "refused", "because"]]);
  assert.equal(second.requests.length, 0);
  second.made.discard(second.made.unsettled()[0]);
  assert.equal(store.items.size, 0);
});

test("what another person entered on this device is not sent in this one's name", async () => {
  const store = sharedStore();
  page(store).made.add("a", {}, {}, { by: "kim" });
  const second = page(store, "one");
  await second.made.load((item) => (item.by === "olga" ? "" : "entered by " + item.by));
  await second.host.advance(0);
  assert.deepEqual([second.states, second.requests.length], [[["a", "check", "entered by kim"]], 0]);
});

test("a captive portal's page is no answer", async () => {
  const { host, made, requests, states } = page(sharedStore());
  made.add("a", {}, {});
  await host.advance(0);
  requests[0].answer(200, {});
  await host.advance(0);
  assert.equal(states.at(-1)[1], "retrying");
});

test("signed in again, everything goes on", async () => {
  const { host, made, requests } = page(sharedStore());
  made.add("a", {}, {});
  made.add("b", {}, {});
  await host.advance(0);
  requests[0].answer(401, {});
  await host.advance(60000);
  assert.equal(requests.length, 1);
  made.resume();
  await host.advance(0);
  assert.equal(requests[1].id, "a");
});

test("where storage is forbidden the page goes on with its memory", async () => {
  const forbidden = createKept({ open() { throw new Error("SecurityError"); } }, () => 0);
  await forbidden.put({ id: "a", game: 7, tapped: 2, n: 1 });
  await forbidden.put({ id: "b", game: 7, tapped: 1, n: 2 });
  assert.deepEqual((await forbidden.all(7)).map((item) => item.id), ["b", "a"]);
  assert.equal(await forbidden.lease(7, "t", 1000), true);
  assert.equal(forbidden.durable(), false);
  assert.equal(createKept(undefined, () => 0).durable(), false);
});

// ---- the moment of the tap

const running = { state: "live", segment: "1H", clock: { running: true, direction: "up", value_ms: 600000, at_ms: 1000 } };
const from = { "1H": 0, "2H": 2700000 };

test("a tap carries the clock of its moment", () => {
  const clock = gameClock(running, [], 31000, 0);
  assert.deepEqual(clock, { segment: "1H", value: 630000, runs: true });
  assert.deepEqual(stamped({ type: "action", action: "goal" }, clock, from).command.at, { segment: "1H", clock_ms: 630000 });
  const typed = { type: "action", action: "goal", at: { segment: "1H", clock_ms: 5 } };
  assert.deepEqual(stamped(typed, clock, from).command, typed, "what was typed stays");
  const stands = gameClock({ ...running, clock: { ...running.clock, running: false } }, [], 31000, 0);
  assert.equal(stamped({ type: "action" }, stands, from).command.at, undefined);
  const early = { ...clock, segment: "2H" };
  assert.equal(stamped({ type: "action" }, early, from).command.at, undefined, "no time before the period's beginning");
});

test("without the box the clock goes on from what was tapped here", () => {
  const before = { state: "scheduled" };
  const start = { tapped: 1000, ...stamped({ type: "segment", do: "start" }, gameClock(before, [], 0, 1000), from, "1H") };
  assert.deepEqual([start.shows, start.runs, start.segment], [0, true, "1H"]);
  const goal = gameClock(before, [start], 0, 61000);
  assert.deepEqual(goal, { segment: "1H", value: 60000, runs: true });
  const stop = { tapped: 91000, ...stamped({ type: "clock", do: "stop" }, gameClock(before, [start], 0, 91000), from) };
  assert.deepEqual(stop.command.at, { segment: "1H", clock_ms: 90000 });
  assert.deepEqual(gameClock(before, [start, stop], 0, 500000), { segment: "1H", value: 90000, runs: false });
});

test("a start that came late is followed by what the clock should show", () => {
  const start = { tapped: 1000, shows: 0, runs: true, command: { type: "segment", do: "start" } };
  assert.equal(afterwards(start, 2000, "up"), undefined, "in time");
  assert.deepEqual(afterwards(start, 31000, "up").command, { type: "clock", do: "set", value_ms: 30000 });
  assert.equal(afterwards({ ...start, shows: 600000 }, 31000, "down").command.value_ms, 570000);
  assert.equal(afterwards({ ...start, runs: false }, 31000, "up"), undefined);
});

test("letters are the first of each name that is free", () => {
  const letters = lettersFor([{ label: "Goal" }, { label: "Own goal" }, { label: "Goal kick" }, { label: "Müll" }]);
  assert.deepEqual([...letters].map(([letter, action]) => letter + action.label), ["gGoal", "oOwn goal", "aGoal kick", "lMüll"]);
});

test("a squad stands in the order of its shirts", () => {
  const squad = squadOf({ players: { 10: { name: "Lee" }, 9: { name: "Diaz" }, Trialist: { name: "Trialist", number: "" } } });
  assert.deepEqual(squad, [["9", "9", "Diaz"], ["10", "10", "Lee"], ["Trialist", "", "Trialist"]]);
});
