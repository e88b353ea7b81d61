// A vote's board as rows and words: what is out by rank, nothing of what is sealed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { votesOf } from "../../web/script/polls.js";
import { chosenWords, describePoll, percentOf, rowsOf } from "../../web/script/result.js";
import { words } from "./host.mjs";

const poll = (more) => ({
  id: 3, state: "open", kind: "single", secret: true, turnout: 0,
  options: { 1: "Diaz", 2: "Okoro", 10: "نور" }, ...more,
});

test("a sealed count has no row", () => {
  const now = describePoll(poll({ turnout: 998 }), words);
  assert.deepEqual([now.rows, now.sealed, now.turnout, now.note], [[], true, "poll-turnout 998", ""]);
  const closed = describePoll(poll({ state: "closed" }), words);
  assert.deepEqual([closed.rows, closed.note, closed.phase], [[], "poll-now-closed", "poll-closed"]);
});

test("a tally stands by rank, with share, count and a bar", () => {
  const board = poll({ state: "revealed", turnout: 8, tally: { 1: 3, 2: 5, 10: 0 }, ranks: { 1: 2, 2: 1, 10: 3 } });
  assert.deepEqual(rowsOf(board, words).map(({ place, name, share, count, bar }) => [place, name, share, count, bar]), [
    ["1.", "Okoro", "poll-percent 63", "poll-votes 5", 63],
    ["2.", "Diaz", "poll-percent 38", "poll-votes 3", 38],
    ["3.", "نور", "poll-percent 0", "poll-votes 0", 0],
  ]);
});

test("those that share a place stay in the order of the poll", () => {
  const board = poll({ tally: { 1: 2, 2: 4, 10: 2 }, turnout: 8 });
  assert.deepEqual(rowsOf(board, words).map(({ place, id }) => place + id), ["1.2", "2.1", "2.10"]);
});

test("a result that comes out step by step shows what is out and how much is left", () => {
  const board = poll({ state: "closed", turnout: 9, shown: { 10: 1 }, ranks: { 10: 3 } });
  const now = describePoll(board, words);
  assert.deepEqual(now.rows.map(({ id, place }) => [id, place]), [["10", "3."]]);
  assert.deepEqual([now.toCome, now.phase, now.note], ["poll-to-come 2", "poll-revealing", ""]);
  const unranked = poll({ state: "closed", turnout: 9, shown: { 10: 1, 1: 3 } });
  assert.deepEqual(rowsOf(unranked, words).map(({ id, place }) => [id, place]), [["1", "2."], ["10", "3."]]);
});

test("points have no share, and the longest bar is the winner's", () => {
  const board = poll({ kind: "points", tally: { 1: 24, 2: 12, 10: 0 }, turnout: 2 });
  assert.deepEqual(rowsOf(board, words).map(({ share, count, bar }) => [share, count, bar]), [
    ["", "poll-points 24", 100], ["", "poll-points 12", 50], ["", "poll-points 0", 0],
  ]);
});

test("a rating stands from the best step down, with its mean", () => {
  const board = poll({ kind: "rating", steps: 3, options: {}, tally: { 1: 0, 2: 1, 3: 1 }, turnout: 2, mean: 2.5 });
  const now = describePoll(board, words);
  assert.deepEqual(now.rows.map(({ name, place }) => name + place), ["3", "2", "1"]);
  assert.equal(now.mean, "poll-mean 2.50");
});

test("a withdrawn vote shows nothing", () => {
  const now = describePoll({ id: 3, question: "?", state: "open", withdrawn: true }, words);
  assert.deepEqual([now.open, now.counted, now.rows, now.phase], [false, false, [], "poll-withdrawn"]);
});

test("shares are rounded half up and there is none without a ballot", () => {
  assert.deepEqual([percentOf(1, 8), percentOf(1, 3), percentOf(2, 3), percentOf(0, 0)], [13, 33, 67, undefined]);
});

test("a choice is told by its names in its order", () => {
  assert.equal(chosenWords(poll(), ["10", "1"]), "نور, Diaz");
  assert.equal(chosenWords(poll({ kind: "rating", steps: 5, options: {} }), ["4"]), "4");
});

test("a game's page lists its own votes and the venue's, open ones first", () => {
  const polls = {
    1: { id: 1, state: "revealed" }, 2: { id: 2, state: "open", game: 7 },
    3: { id: 3, state: "open", game: 8 }, 4: { id: 4, state: "closed", game: 7 },
  };
  assert.deepEqual(votesOf(polls, 7).map(({ id }) => id), [2, 4, 1]);
  assert.deepEqual(votesOf(polls).map(({ id }) => id), [3, 2, 4, 1]);
  assert.deepEqual(votesOf(undefined, 7), []);
});
