import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, createBoards, entriesOf, sidesOf } from "../../web/script/board.js";

// The examples of RFC 7396, appendix A.
const EXAMPLES = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c", "d"], ["c", "d"]],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

for (const [target, patch, result] of EXAMPLES) {
  test(`RFC 7396: ${JSON.stringify(target)} with ${JSON.stringify(patch)}`, () => {
    const before = JSON.stringify(target);
    assert.deepEqual(apply(target, patch), result);
    assert.equal(JSON.stringify(target), before, "the target was changed");
  });
}

// A reference difference, as simple as can be: written against the RFC, not against apply.
function diff(old, now) {
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (!isObject(old) || !isObject(now)) return now;
  const patch = {};
  for (const key of Object.keys(old)) if (!Object.hasOwn(now, key)) patch[key] = null;
  for (const key of Object.keys(now)) {
    if (!Object.hasOwn(old, key)) patch[key] = diff({}, now[key]);
    else if (JSON.stringify(old[key]) !== JSON.stringify(now[key])) patch[key] = diff(old[key], now[key]);
  }
  return patch;
}

// mulberry32: the same boards at every run, and a seed to come back to.
function randomness(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function randomBoard(random, depth = 0) {
  const board = {};
  const names = ["score", "7", "1208", "timeline", "constructor", "", "שם", "a b"];
  for (let count = Math.floor(random() * 5); count > 0; count -= 1) {
    const name = names[Math.floor(random() * names.length)];
    const leaf = [0, 1.5, "text", "", true, false, ["a", 1], []][Math.floor(random() * 8)];
    board[name] = depth < 4 && random() < 0.5 ? randomBoard(random, depth + 1) : leaf;
  }
  return board;
}

test("apply(old, diff(old, now)) is now, for a thousand pairs of boards", () => {
  for (let seed = 1; seed <= 1000; seed += 1) {
    const random = randomness(seed);
    const [old, now] = [randomBoard(random), randomBoard(random)];
    // Over JSON, as the wire has it.
    const patch = JSON.parse(JSON.stringify(diff(old, now)));
    assert.deepEqual(apply(old, patch), now, `seed ${seed}`);
  }
});

test("a member called __proto__ is a member", () => {
  const result = apply({}, JSON.parse('{"__proto__":{"polluted":true}}'));
  assert.equal(result.polluted, undefined);
  assert.equal({}.polluted, undefined);
});

const patch = (prev, frame, score) => ({ type: "patch", ch: "game/7", prev, frame, patch: { score } });

test("patches follow each other; one whose predecessor is missing asks for a resume", () => {
  const boards = createBoards();
  boards.take({ type: "snapshot", ch: "game/7", frame: 10, board: { score: 0 } });
  assert.equal(boards.take(patch(10, 12, 1)).kind, "patch");
  assert.equal(boards.take(patch(13, 15, 3)).kind, "gap");
  assert.equal(boards.take(patch(11, 15, 3)).kind, "gap");
  assert.deepEqual(boards.board("game/7"), { score: 1 });
});

test("a patch that is known already changes nothing", () => {
  const boards = createBoards();
  boards.take({ type: "snapshot", ch: "game/7", frame: 10, board: { score: 0 } });
  boards.take(patch(10, 12, 1));
  assert.equal(boards.take(patch(10, 12, 5)).kind, "old");
  assert.deepEqual(boards.board("game/7"), { score: 1 });
});

test("the page's own board takes the first patch after its cursor, and none from beyond a gap", () => {
  const boards = createBoards();
  boards.embed("game/7@de", { score: 0 }, 20);
  assert.equal(boards.take(patch(21, 22, 9)).kind, "gap");
  assert.equal(boards.take(patch(11, 22, 1)).kind, "patch");
  assert.deepEqual(boards.board("game/7"), { score: 1 });
});

test("a channel nobody has a board of is a gap, a snapshot fills it", () => {
  const boards = createBoards();
  assert.equal(boards.take({ ...patch(1, 2, 1), ch: "venue" }).kind, "gap");
  assert.equal(boards.take({ type: "snapshot", ch: "venue", frame: 2, board: {} }).kind, "snapshot");
});

test("entries stand newest first by order, sides with home first or as the sport says", () => {
  const timeline = { 3: { seq: 3, order: "1.V" }, 9: { seq: 9, order: "1.K" }, 4: { seq: 4, order: "2.A" } };
  assert.deepEqual(entriesOf({ timeline }).map((entry) => entry.seq), [4, 3, 9]);
  assert.deepEqual(sidesOf({ sides: { away: {}, home: {} } }).map((side) => side.id), ["home", "away"]);
  const told = { visitor: { index: 0 }, home: { index: 1 } };
  assert.deepEqual(sidesOf({ sides: told }).map((side) => side.id), ["visitor", "home"]);
});
