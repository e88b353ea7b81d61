import assert from "node:assert/strict";
import { test } from "node:test";
import { createLink } from "../../web/script/link.js";
import { fakeHost, fakeNetwork } from "./host.mjs";

const hello = (more = {}) => ({ type: "hello", epoch: "k3", frame: 20, now_ms: 5, heartbeat_ms: 25000, recovered: true, ...more });
const patch = (frame, prev = frame - 1) => ({ type: "patch", ch: "game/7", frame, prev, patch: {} });
const snapshot = (ch, frame) => ({ type: "snapshot", ch, frame, board: {} });

// A page that came with cursor k3:17. `behave` says what the network does with each connection.
function page(behave, options = {}) {
  const host = fakeHost();
  const network = fakeNetwork(host, behave);
  const heard = [];
  const statuses = [];
  const link = createLink({
    host,
    cursor: "k3:17",
    channels: ["game/7", "venue"],
    asks: ["venue"],
    onMessage: (message) => heard.push(message),
    onStatus: (status) => statuses.push(status),
    ...options,
  });
  link.start();
  return { host, network, heard, statuses, link };
}

// A long-poll is answered when it asks for a snapshot, else held.
function greet(connection) {
  if (connection.kind === "ws" || connection.kind === "sse") connection.deliver(hello());
  else if (connection.kind === "poll") connection.answer({ cursor: "k3:20", messages: [hello()] });
  else if (connection.channels.includes("+venue")) {
    connection.answer({ cursor: "k3:20", messages: [hello(), snapshot("venue", 3)] });
  }
}
const refuse = (...kinds) => (connection) => (kinds.includes(connection.kind) ? connection.break() : greet(connection));
const swallow = (...kinds) => (connection) => { if (!kinds.includes(connection.kind)) greet(connection); };

test("the first request carries the page's cursor and asks for what the page lacks", async () => {
  const { host, network, statuses } = page(greet);
  await host.advance(10);
  assert.deepEqual(network.last().channels, ["game/7", "+venue"]);
  assert.equal(network.last().cursor, "k3:17");
  assert.equal(network.last().protocol, "touchline.v1");
  assert.match(network.last().url, /^ws:\/\/box\.test\/live\/ws\?/);
  assert.deepEqual(statuses, ["connecting", "live"]);
});

test("WebSocket refused: SSE at once", async () => {
  const { host, network, link } = page(refuse("ws"));
  await host.advance(50);
  assert.deepEqual(network.kinds(), ["ws", "sse"]);
  assert.equal(link.status(), "live");
});

test("WebSocket opened but silent is no proof: SSE after the deadline", async () => {
  const { host, network } = page(swallow("ws"));
  await host.advance(3900);
  assert.deepEqual(network.kinds(), ["ws"]);
  await host.advance(200);
  assert.deepEqual(network.kinds(), ["ws", "sse"]);
  assert.equal(network.opened[0].closed, true);
});

test("WebSocket refused and SSE silent: long-poll, which asks for something so that it proves itself", async () => {
  const { host, network } = page((c) => (c.kind === "ws" ? c.break() : c.kind === "sse" ? undefined : greet(c)));
  await host.advance(4100);
  assert.deepEqual(network.kinds().slice(0, 3), ["ws", "sse", "longpoll"]);
  assert.ok(network.opened[2].channels.includes("+venue"));
});

test("long-poll answered 502: poll", async () => {
  const { host, network, link } = page((c) => (c.kind === "longpoll" ? c.answer({}, 502) : refuse("ws", "sse")(c)));
  await host.advance(1000);
  assert.deepEqual(network.kinds(), ["ws", "sse", "longpoll", "poll"]);
  assert.equal(link.status(), "live");
});

test("what the browser does not have is not tried", async () => {
  const host = fakeHost();
  const network = fakeNetwork(host, greet);
  delete host.WebSocket;
  delete host.EventSource;
  createLink({ host, cursor: "k3:1", channels: ["game/7"], onMessage() {} }).start();
  await host.advance(10);
  assert.equal(network.opened[0].kind, "longpoll");
});

test("a box that is gone from the start is asked again from the top, ever more slowly", async () => {
  const { host, network, statuses } = page((c) => c.break());
  await host.advance(60000);
  const rounds = network.kinds().filter((kind) => kind === "ws").length;
  assert.ok(rounds >= 4 && rounds <= 9, `${rounds} rounds in a minute`);
  assert.ok(statuses.includes("offline"));
});

test("a connection lost after it was proven is tried again on the same transport with the newest cursor", async () => {
  const { host, network, statuses } = page(greet);
  await host.advance(10);
  network.last().deliver(snapshot("venue", 3));
  network.last().deliver(patch(18, 17));
  network.last().deliver(patch(19));
  network.last().break();
  await host.advance(2000);
  assert.deepEqual(network.kinds(), ["ws", "ws"]);
  assert.equal(network.last().cursor, "k3:19");
  assert.deepEqual(network.last().channels, ["game/7", "venue"]);
  assert.deepEqual(statuses, ["connecting", "live", "reconnecting", "live"]);
});

test("a WebSocket's cursor stays back until every snapshot of a new epoch is there", async () => {
  const { host, network, link } = page(() => {});
  await host.advance(10);
  const socket = network.last();
  socket.deliver(hello({ epoch: "n1", frame: 5, recovered: false }));
  socket.deliver(snapshot("game/7", 4));
  assert.equal(link.cursor(), "k3:17");
  socket.deliver(snapshot("venue", 2));
  assert.equal(link.cursor(), "n1:5");
  socket.deliver({ type: "heartbeat", frame: 9, now_ms: 1 });
  assert.equal(link.cursor(), "n1:9");
});

test("SSE and long-poll: only what carries a cursor moves it", async () => {
  const { host, network, link } = page(refuse("ws"));
  await host.advance(50);
  network.last().deliver(snapshot("game/7", 30));
  assert.equal(link.cursor(), "k3:17");
  network.last().deliver(snapshot("venue", 31), "k3:31");
  assert.equal(link.cursor(), "k3:31");
});

test("long-poll goes on from the answer's cursor and passes its messages on in order", async () => {
  const { host, network, heard } = page((c) => {
    if (c.kind !== "longpoll") return c.break();
    if (network.opened.filter((one) => one.kind === "longpoll").length === 1) {
      c.answer({ cursor: "k3:33", messages: [hello(), patch(32), patch(33)] });
    }
  });
  await host.advance(100);
  assert.deepEqual(heard.map((message) => message.frame), [20, 32, 33]);
  assert.equal(network.last().kind, "longpoll");
  assert.equal(network.last().cursor, "k3:33");
});

test("an empty long-poll answer is life too", async () => {
  const { host, link } = page((c) => (c.kind === "longpoll" ? c.answer({ cursor: "k3:40", messages: [] }) : c.break()));
  await host.advance(10);
  assert.equal(link.status(), "live");
  assert.equal(link.cursor(), "k3:40");
  link.stop();
});

test("silence longer than two and a half heartbeats is a dead connection", async () => {
  const { host, network } = page(greet);
  await host.advance(10);
  network.last().deliver(hello({ heartbeat_ms: 1000 }));
  await host.advance(2400);
  assert.equal(network.opened.length, 1);
  await host.advance(200);
  assert.equal(network.opened[0].closed, true);
  await host.advance(2000);
  assert.equal(network.opened.length, 2);
});

test("bye with a code from 4100 ends it, with the reason", async () => {
  const { host, network, link } = page(greet);
  await host.advance(10);
  network.last().deliver({ type: "bye", code: 4101, reason: "withdrawn" });
  await host.advance(600000);
  assert.equal(network.opened.length, 1);
  assert.equal(link.status(), "stopped");
});

test("bye because full goes where it is sent, and comes back up later", async () => {
  const { host, network } = page(greet);
  await host.advance(10);
  network.last().deliver({ type: "bye", code: 1013, reason: "full", retry_ms: 20000, use: "poll" });
  await host.advance(1000);
  assert.deepEqual(network.kinds().slice(0, 2), ["ws", "poll"]);
  await host.advance(65000);
  assert.equal(network.last().kind, "ws");
  const polls = network.kinds().filter((kind) => kind === "poll").length;
  await host.advance(60000);
  assert.equal(network.kinds().filter((kind) => kind === "poll").length, polls, "polled on after the upgrade");
});

test("bye for a restart waits as long as the box says", async () => {
  const { host, network } = page(greet);
  await host.advance(10);
  network.last().deliver({ type: "bye", code: 1012, reason: "restart", retry_ms: 7000 });
  await host.advance(6900);
  assert.equal(network.opened.length, 1);
  await host.advance(200);
  assert.equal(network.opened.length, 2);
});

test("a better transport that fails its trial leaves the present one alone", async () => {
  const { host, network, link } = page((c) => (c.kind === "ws" ? c.break() : greet(c)));
  await host.advance(61000);
  assert.deepEqual(network.kinds().slice(0, 3), ["ws", "sse", "ws"]);
  assert.equal(network.opened[1].closed, undefined);
  assert.equal(link.transport(), "sse");
});

test("twice in vain on the proven transport: the next is tried", async () => {
  let gone = false;
  const { host, network } = page((c) => (c.kind === "ws" && gone ? c.break() : greet(c)));
  await host.advance(10);
  gone = true;
  network.last().break();
  await host.advance(15000);
  assert.deepEqual(network.kinds(), ["ws", "ws", "ws", "sse"]);
});

test("waking sends a ping; without an answer the connection is dead", async () => {
  const { host, network, link } = page(greet);
  await host.advance(10);
  link.wake();
  assert.deepEqual(network.last().sent, [{ type: "ping" }]);
  network.last().deliver({ type: "heartbeat", frame: 20, now_ms: 6 });
  await host.advance(5000);
  assert.equal(network.opened.length, 2 - 1);
  link.wake();
  await host.advance(8000);
  assert.equal(network.opened.length, 2);
});

test("waking while waiting tries at once", async () => {
  const { host, network, link } = page((c) => c.break());
  await host.advance(30000);
  const before = network.opened.length;
  link.wake();
  await host.advance(0);
  assert.ok(network.opened.length > before);
});

test("ten seconds without a connection are offline, a message is life again", async () => {
  let gone = false;
  const { host, network, statuses } = page((c) => (gone ? c.break() : greet(c)));
  await host.advance(10);
  gone = true;
  network.last().break();
  await host.advance(9000);
  assert.equal(statuses.at(-1), "reconnecting");
  await host.advance(2000);
  assert.equal(statuses.at(-1), "offline");
  gone = false;
  await host.advance(40000);
  assert.equal(statuses.at(-1), "live");
});

test("a resync asks without a cursor", async () => {
  const { host, network, link } = page(greet);
  await host.advance(10);
  link.resync();
  await host.advance(1000);
  assert.equal(network.opened.length, 2);
  assert.equal(network.last().cursor, null);
});

test("stop leaves nothing running", async () => {
  const { host, network, link } = page(greet);
  await host.advance(10);
  link.stop();
  assert.equal(host.timers(), 0);
  assert.equal(network.last().closed, true);
});

test("a reader who saves data polls, slowly, and is not pushed upwards", async () => {
  const { host, network } = page(greet, { sparing: true });
  await host.advance(120000);
  assert.deepEqual([...new Set(network.kinds())], ["poll"]);
  assert.ok(network.opened.length <= 6, `${network.opened.length} polls in two minutes`);
});

// ---- what was missed, and what is news

// A page that has followed for a minute, with what it heard as [frame, late]; `air.down` is a network that is gone.
async function following(kind = "ws") {
  const got = [];
  const air = { down: false, answer: undefined };
  const others = ["ws", "sse", "longpoll"].filter((one) => one !== kind);
  const behave = (connection) => {
    if (air.down || others.includes(connection.kind)) connection.break();
    else if (air.answer) {
      connection.answer(air.answer);
      air.answer = undefined;
    } else greet(connection);
  };
  const made = page(behave, { onMessage: (message, late) => message.type === "patch" && got.push([message.frame, late]) });
  await made.host.advance(58000);
  return { ...made, got, air };
}

test("a connection that was gone for a moment brings news", async () => {
  const { host, network, got } = await following();
  network.last().break();
  await host.advance(1500);
  network.last().deliver(patch(20));
  network.last().deliver(patch(21));
  assert.deepEqual(got, [[20, false], [21, false]]);
});

test("after a while away the frames up to hello's were missed, those after it are news", async () => {
  const { host, network, got, air, link } = await following();
  air.down = true;
  network.last().break();
  await host.advance(2500);
  air.down = false;
  await host.advance(3000);
  assert.equal(link.status(), "live");
  for (const frame of [19, 20, 21]) network.last().deliver(patch(frame));
  assert.deepEqual(got, [[19, true], [20, true], [21, false]]);
});

test("the network lost: the old connection is left, and what it held does not pass as news", async () => {
  const { host, network, got, link, statuses } = await following();
  const old = network.last();
  link.networkLost();
  assert.equal(old.closed, true);
  assert.equal(statuses.at(-1), "offline");
  old.deliver(patch(19));
  await host.advance(1000);
  link.wake();
  await host.advance(10);
  assert.notEqual(network.last(), old);
  assert.equal(link.status(), "live");
  assert.deepEqual(got, []);
});

test("on long-poll the first answer after a while away was missed, the next is news", async () => {
  const { host, network, got, air } = await following("longpoll");
  air.down = true;
  network.last().break();
  await host.advance(2500);
  air.down = false;
  air.answer = { cursor: "k3:22", messages: [patch(21), patch(22), snapshot("venue", 3)] };
  await host.advance(3000);
  network.last().answer({ cursor: "k3:23", messages: [patch(23)] });
  await host.advance(10);
  assert.deepEqual(got, [[21, true], [22, true], [23, false]]);
});
