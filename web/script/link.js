// The life of a connection: WebSocket, else SSE, else long-poll, else poll.
//
// A transport counts when it has delivered a message, not when it has opened; what has not delivered by its deadline
// is left for the next. Once one has delivered, a loss means first of all that the box or the air is gone, so the same
// transport is tried again, slowly, before another. The cursor says what the page holds; the box sends what is missing.
// Everything of the browser comes in through `host`, so that a test can play a network.

import { TRANSPORTS } from "./transports.js";

export const LADDER = ["ws", "sse", "longpoll", "poll"];
const ASKING = new Set(["longpoll", "poll"]);
const DEADLINE = { ws: 4000, sse: 4000, longpoll: 6000, poll: 10000 };
const BACKOFF = [1000, 2000, 4000, 8000, 15000, 30000];
const PROBE_AFTER = 60000;
const PROBE_AT_MOST = 600000;
const PING_ANSWER = 4000;
const OFFLINE_AFTER = 10000;
// A connection that was gone for less than this has cost the reader nothing: what it brings is still news.
const BRIEF = 2000;

export function createLink(options) {
  const { host, channels, asks = [], onMessage, onStatus = () => {} } = options;
  const base = options.base ?? "/live/";
  const usable = LADDER.filter((rung) =>
    rung === "ws" ? host.WebSocket : rung === "sse" ? host.EventSource : host.fetch);
  let cursor = options.cursor;
  const wanted = new Set(asks.filter((ch) => ch !== "me"));
  let rung = options.sparing ? "poll" : usable[0];
  let current; // the transport in use or being tried
  let probe; // a better one being tried beside it
  let proven = false; // whether any transport has delivered on this page
  let failures = 0;
  let heartbeatMs = 25000;
  let retryMs;
  let timer, watch, deadline, probeTimer, offlineTimer;
  let probeDelay = PROBE_AFTER;
  let status = "idle";
  let lastContact;
  // Since when nothing gets through; undefined while something does. A page begins away: it is as old as its address.
  let awaySince = host.now();
  let stopped = true;
  // Snapshots still to come before a WebSocket's state is one whole again.
  let pending = new Set();
  let helloFrame;

  function tell(next, detail) {
    if (next === status && !detail) return;
    status = next;
    onStatus(next, detail);
  }

  function address(kind) {
    // A cursor says that all channels are held at it; `+` asks for a snapshot in any case. A long-poll that has
    // nothing to say is held, which would prove nothing: the first one asks for something. The mailbox has no snapshot.
    if (kind === "longpoll" && !current?.delivered) wanted.add(channels.filter((ch) => ch !== "me").at(-1));
    const query = channels.map((ch) => "ch=" + encodeURIComponent((wanted.has(ch) ? "+" : "") + ch));
    if (cursor) query.push("cursor=" + encodeURIComponent(cursor));
    return base + kind + "?" + query.join("&");
  }

  function jitter(ms) {
    return Math.round(ms * (0.75 + host.random() * 0.5));
  }

  // ---- messages

  function frameOf(text) {
    return Number(String(text).split(":")[1] ?? -1);
  }

  function advance(next) {
    const [epoch] = String(cursor ?? "").split(":");
    const [nextEpoch] = next.split(":");
    if (epoch !== nextEpoch || frameOf(next) > frameOf(cursor)) cursor = next;
  }

  // A WebSocket carries no cursor of its own: it is known from hello, snapshots, patches and heartbeats.
  function follow(transport, message) {
    if (message.type === "hello") {
      transport.epoch = message.epoch;
      // What was missed follows a recovery, so its own frames move the cursor.
      helloFrame = message.recovered ? undefined : message.frame;
      pending = new Set([...(message.recovered ? wanted : channels)].filter((ch) => ch !== "me").map(plain));
    } else if (message.type === "snapshot") {
      const last = pending.delete(plain(message.ch)) && pending.size === 0;
      if (last && helloFrame !== undefined) advance(transport.epoch + ":" + helloFrame);
    } else if (message.type === "patch" && pending.size === 0 && transport.epoch) {
      advance(transport.epoch + ":" + message.frame);
    } else if (message.type === "heartbeat" && pending.size === 0 && transport.epoch && message.frame) {
      advance(transport.epoch + ":" + message.frame);
    }
  }

  function deliver(transport, message, at) {
    if (transport !== current && transport !== probe) return;
    if (transport === probe) adopt(transport);
    lastContact = host.now();
    if (!transport.delivered) transport.behind = missedUpTo(transport, message);
    const late = message.type === "patch" && message.frame <= transport.behind;
    // One answer to a question holds all that was missed.
    if (at && ASKING.has(transport.kind)) transport.behind = -1;
    transport.delivered = true;
    if (message.type === "hello") {
      if (message.heartbeat_ms > 0) heartbeatMs = message.heartbeat_ms;
      retryMs = message.retry_ms;
    }
    if (transport.kind === "ws") follow(transport, message);
    if (message.type === "snapshot") {
      for (const ch of wanted) if (plain(ch) === plain(message.ch)) wanted.delete(ch);
    }
    if (at) advance(at);
    succeeded();
    if (message.type === "bye") return farewell(message);
    onMessage(message, late);
  }

  // The last frame of what the page missed while it was away: a held connection tells it first of all.
  function missedUpTo(transport, message) {
    if (awaySince === undefined || host.now() - awaySince < BRIEF) return -1;
    if (ASKING.has(transport.kind)) return Infinity;
    return message.type === "hello" ? message.frame : -1;
  }

  function succeeded() {
    proven = true;
    awaySince = undefined;
    failures = 0;
    host.clearTimeout(deadline);
    host.clearTimeout(offlineTimer);
    offlineTimer = undefined;
    tell("live");
    watchSilence();
    if (usable.indexOf(rung) > 0) planProbe();
  }

  function farewell(message) {
    close();
    if (message.code >= 4100 && message.code <= 4199) {
      stopped = true;
      clearAll();
      return tell("stopped", message.reason);
    }
    const elsewhere = usable.includes(message.use) && message.use !== rung;
    if (elsewhere) rung = message.use;
    probeDelay = Math.max(PROBE_AFTER, message.retry_ms ?? 0);
    planProbe();
    lost();
    later(elsewhere ? jitter(500) : message.retry_ms ?? retryMs ?? jitter(BACKOFF[0]));
  }

  // ---- trying, losing, trying again

  function open(kind, role) {
    const transport = { kind, delivered: false };
    const events = {
      message: (message, at) => deliver(transport, message, at),
      contact: (at) => {
        if (transport !== current) return;
        transport.delivered = true;
        lastContact = host.now();
        if (at) advance(at);
        succeeded();
      },
      end: () => ended(transport),
    };
    if (role === "probe") probe = transport;
    else current = transport;
    const opened = TRANSPORTS[kind]({ host, address: () => address(kind), events, sparing: options.sparing });
    transport.close = opened.close;
    transport.send = opened.send;
    // An opener may have failed, or have been left, before it returned.
    if (transport !== current && transport !== probe) opened.close();
    return transport;
  }

  function connect() {
    host.clearTimeout(timer);
    host.clearTimeout(deadline);
    timer = undefined;
    if (stopped) return;
    if (status !== "offline") tell(proven ? "reconnecting" : "connecting");
    planOffline();
    const transport = open(rung, "current");
    if (transport === current && !transport.delivered) {
      deadline = host.setTimeout(() => ended(transport), DEADLINE[rung]);
    }
  }

  // `since` is when it was last known to work, where that is earlier than now.
  function ended(transport, since) {
    if (transport === probe) return endProbe();
    if (transport !== current) return;
    const hadDelivered = transport.delivered;
    close();
    lost(since);
    if (hadDelivered) return later(jitter(Math.min(retryMs ?? BACKOFF[0], BACKOFF[2])));
    failures += 1;
    const next = usable[(usable.indexOf(rung) + 1) % usable.length];
    if (!proven) {
      // Never yet heard anything: go down the ladder at once, and only at its foot take a breath.
      const foot = usable.indexOf(rung) === usable.length - 1;
      rung = next;
      return later(foot ? jitter(BACKOFF[Math.min(Math.floor(failures / usable.length), BACKOFF.length - 1)]) : 0);
    }
    if (failures >= 2) rung = next;
    later(jitter(BACKOFF[Math.min(failures, BACKOFF.length - 1)]));
  }

  function lost(since = host.now()) {
    awaySince ??= since;
    if (status === "live") tell("reconnecting");
    planOffline();
  }

  function planOffline() {
    if (offlineTimer !== undefined || status === "offline") return;
    offlineTimer = host.setTimeout(() => {
      offlineTimer = undefined;
      tell("offline");
    }, OFFLINE_AFTER);
  }

  function later(ms) {
    host.clearTimeout(timer);
    timer = host.setTimeout(connect, ms);
  }

  function close() {
    host.clearTimeout(deadline);
    host.clearTimeout(watch);
    const leaving = current;
    current = undefined;
    leaving?.close?.();
  }

  function clearAll() {
    for (const id of [timer, watch, deadline, probeTimer, offlineTimer]) host.clearTimeout(id);
    timer = watch = deadline = probeTimer = offlineTimer = undefined;
    const leaving = probe;
    probe = undefined;
    leaving?.close?.();
  }

  // Silence is the only sign of a connection that died without a word: a tunnel, a phone asleep.
  function watchSilence() {
    host.clearTimeout(watch);
    if (current?.kind !== "ws" && current?.kind !== "sse") return;
    const transport = current;
    watch = host.setTimeout(() => ended(transport, lastContact), heartbeatMs * 2.5);
  }

  // ---- back up the ladder

  function planProbe() {
    if (probeTimer !== undefined || probe || stopped || options.sparing) return;
    probeTimer = host.setTimeout(() => {
      probeTimer = undefined;
      if (!current?.delivered || usable.indexOf(rung) === 0) return;
      const transport = open(usable[0], "probe");
      if (probe !== transport || transport.delivered) return;
      transport.deadline = host.setTimeout(() => ended(transport), DEADLINE[usable[0]]);
    }, jitter(probeDelay));
  }

  function endProbe() {
    const failed = probe;
    probe = undefined;
    host.clearTimeout(failed.deadline);
    failed.close?.();
    probeDelay = Math.min(probeDelay * 2, PROBE_AT_MOST);
    planProbe();
  }

  function adopt(transport) {
    const former = current;
    probe = undefined;
    host.clearTimeout(transport.deadline);
    current = transport;
    rung = transport.kind;
    probeDelay = PROBE_AFTER;
    former?.close?.();
  }

  return {
    start() {
      stopped = false;
      connect();
    },
    stop() {
      stopped = true;
      awaySince ??= host.now();
      close();
      clearAll();
      tell("idle");
    },
    // The page is seen again, the phone woke, the network came back, or the reader pressed Refresh.
    wake() {
      if (stopped) return;
      if (!current?.delivered || status !== "live") {
        close();
        return connect();
      }
      if (!current.send) {
        awaySince ??= lastContact;
        close();
        return connect();
      }
      const transport = current;
      const before = lastContact;
      transport.send(JSON.stringify({ type: "ping" }));
      host.setTimeout(() => {
        if (transport === current && lastContact === before) ended(transport, before);
      }, PING_ANSWER);
    },
    // What a dead connection still held would come in late and look like news, so it is left.
    networkLost() {
      if (stopped) return;
      close();
      lost();
      host.clearTimeout(offlineTimer);
      offlineTimer = undefined;
      tell("offline");
      later(jitter(BACKOFF[1]));
    },
    // Over the open socket, where there is one that is known to work; else the page has its own way.
    send(text) {
      if (status !== "live" || !current?.delivered || !current.send) return false;
      current.send(text);
      return true;
    },
    // The page found a gap: ask for everything anew.
    resync() {
      if (stopped) return;
      cursor = undefined;
      close();
      lost();
      later(jitter(200));
    },
    cursor: () => cursor,
    transport: () => rung,
    status: () => status,
    lastContact: () => lastContact,
  };
}

// A channel's name without its language.
function plain(channel) {
  return channel.split("@")[0];
}
