// A browser that a test plays: time moves when the test says so, a network does what the test says.

export function fakeHost(more = {}) {
  let now = 0;
  let nextId = 1;
  const timers = new Map();
  const host = {
    now: () => now,
    random: () => 0.5,
    origin: "http://box.test",
    setTimeout(run, ms = 0) {
      timers.set(nextId, { run, at: now + ms });
      return nextId++;
    },
    clearTimeout: (id) => timers.delete(id),
    // Lets everything that is due happen, in order, and the promises between.
    async advance(ms) {
      const until = now + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = until;
      await settle();
    },
    timers: () => timers.size,
    ...more,
  };
  return host;
}

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

// Connections as they are opened. `behave(opened)` decides at once what becomes of one; the test may act on it later.
export function fakeNetwork(host, behave = () => {}) {
  const opened = [];
  const note = (kind, url, connection) => {
    const query = new URL(url, "http://box.test").searchParams;
    Object.assign(connection, { kind, url, channels: query.getAll("ch"), cursor: query.get("cursor") });
    opened.push(connection);
    host.setTimeout(() => behave(connection), 0);
    return connection;
  };
  host.WebSocket = class {
    constructor(url, protocol) {
      this.sent = [];
      this.protocol = protocol;
      note("ws", url, this);
    }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.closed = true; }
    deliver(message) { this.onmessage?.({ data: JSON.stringify(message) }); }
    break() { this.onclose?.({}); }
  };
  host.EventSource = class {
    constructor(url) { note("sse", url, this); }
    close() { this.closed = true; }
    deliver(message, id = "") { this.onmessage?.({ data: JSON.stringify(message), lastEventId: id }); }
    break() { this.onerror?.({}); }
  };
  host.AbortController = AbortController;
  host.fetch = (url, { signal } = {}) => new Promise((resolve, reject) => {
    const kind = url.includes("longpoll") ? "longpoll" : "poll";
    const request = note(kind, url, {
      answer: (body, status = 200) => resolve({ status, json: async () => body }),
      break: () => reject(new Error("network")),
    });
    signal?.addEventListener("abort", () => {
      request.closed = true;
      reject(new Error("aborted"));
    });
  });
  return { opened, last: () => opened.at(-1), kinds: () => opened.map((one) => one.kind) };
}

// The same words as the page's, short.
export function words(id, values = {}) {
  return [id, ...Object.values(values)].join(" ");
}
