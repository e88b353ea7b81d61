// The life of a ballot: one id until it is decided, by socket or request, kept where nothing gets through.
import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf, codeOf, createBallot, createKept } from "../../web/script/ballot.js";
import { fakeHost } from "./host.mjs";

const RECEIPT = "0123456789abcdef0123";

// A phone: what it sends is noted, `answer(request)` says what comes back; undefined is silence, "down" a broken network.
function phone({ socket = false, answer = () => ({ status: 201, body: { receipt: RECEIPT } }), storage } = {}) {
  const sent = [];
  const states = [];
  const reasons = [];
  let count = 0;
  const host = fakeHost({
    crypto: { getRandomValues: (bytes) => bytes.fill((count += 1)) },
    fetch(url, { body }) {
      const request = { url, by: "request", ...(body ? JSON.parse(body) : {}) };
      sent.push(request);
      const told = line.answer(request);
      if (told === "down") return Promise.reject(new Error("network"));
      if (!told) return new Promise(() => {});
      return Promise.resolve({ status: told.status, json: async () => told.body });
    },
  });
  const line = { socket, answer };
  const kept = storage ?? new Map();
  const ballot = createBallot({
    host, poll: 3,
    store: createKept(() => ({
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    }), "ballot"),
    send(message) {
      if (line.socket) sent.push({ by: "socket", ...message });
      return line.socket;
    },
    onState(state, mine) {
      states.push(state);
      reasons.push(mine.reason);
    },
  });
  return { ballot, host, sent, states, reasons, line, kept };
}

const problem = (status, code, more = {}) => ({ status, body: { type: "urn:touchline:problem:" + code, detail: code, ...more } });

test("a ballot goes over the socket and counts with its receipt", async () => {
  const { ballot, host, sent, states } = phone({ socket: true });
  ballot.cast(["2"]);
  assert.deepEqual(sent.map(({ type, poll, choice, by }) => [type, poll, choice, by]), [["ballot", 3, ["2"], "socket"]]);
  ballot.receipt({ id: "someone else's", outcome: "accepted", receipt: "x" });
  ballot.receipt({ id: sent[0].id, outcome: "accepted", receipt: RECEIPT });
  await host.advance(60000);
  assert.deepEqual(states, ["sending", "accepted"]);
  assert.equal(ballot.mine().receipt, RECEIPT);
  assert.equal(sent.length, 1, "nothing is sent after the answer");
});

test("a socket that does not answer is followed by a request under the same id", async () => {
  const { ballot, host, sent, states } = phone({ socket: true });
  ballot.cast(["1"]);
  await host.advance(4500);
  assert.deepEqual(sent.map(({ by }) => by), ["socket", "request"]);
  assert.equal(sent[0].id, sent[1].id);
  assert.equal(sent[1].url, "/api/v1/polls/3/ballots");
  assert.deepEqual(states, ["sending", "accepted"]);
});

test("a dead network asks the voter, keeps the ballot, and sends it on return exactly once", async () => {
  const { ballot, host, sent, states, line } = phone({ answer: () => "down" });
  ballot.cast(["1"]);
  await host.advance(20000);
  assert.deepEqual(states, ["sending", "failed"]);
  ballot.keep();
  const before = sent.length;
  await host.advance(600000);
  assert.equal(sent.length, before, "what is kept waits for the way back");
  line.answer = () => ({ status: 201, body: { receipt: RECEIPT } });
  ballot.back();
  ballot.back();
  await host.advance(60000);
  assert.equal(sent.length, before + 1);
  assert.deepEqual(states.slice(2), ["kept", "sending", "accepted"]);
  assert.equal(new Set(sent.map(({ id }) => id)).size, 1, "one id all the time");
});

test("what is sent by itself and fails asks nobody", async () => {
  const { ballot, host, states } = phone({ answer: () => "down" });
  ballot.cast(["1"]);
  ballot.keep();
  ballot.back();
  await host.advance(60000);
  assert.deepEqual(states.slice(-1), ["kept"]);
  assert.ok(!states.includes("failed"));
});

test("a box that never answers is given up within a quarter of a minute", async () => {
  const { ballot, host, states } = phone({ answer: () => undefined });
  ballot.cast(["1"]);
  await host.advance(15000);
  assert.deepEqual(states, ["sending", "failed"]);
});

test("a reload finds the ballot and sends it under its id", async () => {
  const storage = new Map();
  const first = phone({ storage, answer: () => undefined });
  first.ballot.cast(["3"]);
  const second = phone({ storage });
  second.ballot.start();
  await second.host.advance(1000);
  assert.deepEqual(second.sent.map(({ id, choice }) => [id, choice]), [[first.sent[0].id, ["3"]]]);
  assert.equal(second.ballot.mine().state, "accepted");
  const third = phone({ storage });
  third.ballot.start();
  assert.deepEqual([third.states, third.sent.length], [["accepted"], 0], "what counts is shown, not sent");
});

test("a phone that is new waits as long as it is told and sends the same again", async () => {
  let asked = 0;
  const answer = () => ((asked += 1) === 1 ? problem(409, "device-too-new", { retry_after_s: 2 }) : { status: 201, body: { receipt: RECEIPT } });
  const { ballot, host, sent, states } = phone({ answer });
  ballot.cast(["1"]);
  await host.advance(1900);
  assert.equal(sent.length, 1);
  await host.advance(500);
  assert.equal(sent[0].id, sent[1].id);
  assert.deepEqual(states, ["sending", "new-phone", "accepted"]);
});

test("a phone without a cookie gets one, waits, and votes past the socket that does not know it", async () => {
  const answer = ({ url }) => (url.endsWith("/device") ? { status: 204, body: {} } : { status: 201, body: { receipt: RECEIPT } });
  const { ballot, host, sent, states } = phone({ socket: true, answer });
  ballot.cast(["1"]);
  ballot.receipt({ id: sent[0].id, outcome: "rejected", problem: problem(401, "device-required").body });
  await host.advance(4000);
  assert.deepEqual(sent.map(({ by, url }) => url ?? by), ["socket", "/api/v1/device", "/api/v1/polls/3/ballots"]);
  assert.deepEqual(states, ["sending", "new-phone", "accepted"]);
});

test("a browser that keeps no cookie at all is told so", async () => {
  const answer = ({ url }) => (url.endsWith("/device") ? { status: 204, body: {} } : problem(401, "device-required"));
  const { ballot, host, states } = phone({ answer });
  ballot.cast(["1"]);
  await host.advance(10000);
  assert.deepEqual(states, ["sending", "new-phone", "refused"]);
});

test("a refusal is told in the box's words and the next ballot has a new id", async () => {
  const { ballot, host, sent, states, kept, line, reasons } = phone({ answer: () => problem(409, "poll-closed") });
  ballot.cast(["1"]);
  await host.advance(100);
  assert.deepEqual(states, ["sending", "refused"]);
  assert.equal(reasons.at(-1), "poll-closed");
  assert.equal(kept.size, 0, "a refused ballot is not kept");
  line.answer = () => ({ status: 201, body: { receipt: RECEIPT } });
  ballot.cast(["1"]);
  await host.advance(100);
  assert.notEqual(sent[0].id, sent[1].id);
});

test("a change that is refused leaves the ballot that counts", async () => {
  const { ballot, host, line, kept } = phone();
  ballot.cast(["1"]);
  await host.advance(100);
  line.answer = () => problem(409, "poll-closed");
  ballot.cast(["2"]);
  await host.advance(100);
  assert.deepEqual([ballot.mine().choice, ballot.mine().receipt], [["1"], RECEIPT]);
  assert.equal(JSON.parse(kept.get("ballot")).state, "accepted");
});

test("a busy box is asked again when it says, under the same id", async () => {
  let asked = 0;
  const answer = () => ((asked += 1) === 1 ? problem(503, "full", { retry_after_s: 2 }) : { status: 201, body: { receipt: RECEIPT } });
  const { ballot, host, sent, states } = phone({ answer });
  ballot.cast(["1"]);
  await host.advance(1000);
  assert.equal(sent.length, 1);
  await host.advance(3000);
  assert.equal(sent.length, 2);
  assert.deepEqual(states, ["sending", "accepted"]);
});

test("another window's ballot is this phone's", async () => {
  const storage = new Map();
  const one = phone({ storage });
  const other = phone({ storage });
  one.ballot.cast(["2"]);
  await one.host.advance(100);
  other.ballot.changed();
  assert.deepEqual(other.states, ["accepted"]);
  assert.equal(other.ballot.mine().receipt, RECEIPT);
});

test("storage that throws keeps the ballot on the page", async () => {
  const store = createKept(() => { throw new Error("forbidden"); }, "ballot");
  assert.equal(store.get(), undefined);
  store.set({ id: "a", state: "kept" });
  assert.deepEqual(store.get(), { id: "a", state: "kept" });
});

test("a code is read however it was typed", () => {
  for (const typed of ["7f2k-9qxb-0011-zzzz", " 7F2K 9QXB OO1l zzzz ", "7f2k9qxboo11ZZZZ"]) {
    assert.equal(codeOf(typed), "7F2K-9QXB-0011-ZZZZ", typed);
  }
  assert.equal(codeOf(" - "), "");
});

test("a form without a choice, or with one twice, says what is missing", () => {
  assert.deepEqual(choiceOf("single", []), { wrong: "poll-nothing-chosen" });
  assert.deepEqual(choiceOf("points", ["4", "", "2"]), { wrong: "poll-nothing-chosen" });
  assert.deepEqual(choiceOf("points", ["4", "4"]), { wrong: "poll-chosen-twice" });
  assert.deepEqual(choiceOf("points", ["4", "1"]), { choice: ["4", "1"] });
  assert.deepEqual(choiceOf("multiple", ["3", "1"]), { choice: ["3", "1"] });
});
