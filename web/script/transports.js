// The four transports, each of one shape: opened with an address, closed, and telling what arrives.

const LONGPOLL_LIMIT = 40000;
const POLL_LIMIT = 10000;
const POLL_EVERY = 10000;
const POLL_SPARING = 30000;

// Each opens one transport and reports `message`, `contact` (an answer without a message) and `end`, once.
export const TRANSPORTS = {
  ws({ host, address, events }) {
    let socket;
    try {
      socket = new host.WebSocket(address().replace(/^\//, host.origin.replace(/^http/, "ws") + "/"), "touchline.v1");
    } catch {
      host.setTimeout(events.end, 0);
      return { close() {} };
    }
    socket.onmessage = (event) => passOn(event.data, events);
    socket.onclose = socket.onerror = () => events.end();
    return {
      close() {
        socket.onmessage = socket.onclose = socket.onerror = null;
        try { socket.close(); } catch { /* it may never have opened */ }
      },
      send: (text) => {
        try { socket.send(text); } catch { events.end(); }
      },
    };
  },

  sse({ host, address, events }) {
    const source = new host.EventSource(address());
    source.onmessage = (event) => passOn(event.data, events, event.lastEventId || undefined);
    // The browser would reconnect by itself with an address whose cursor is old.
    source.onerror = () => events.end();
    return {
      close() {
        source.onmessage = source.onerror = null;
        source.close();
      },
    };
  },

  longpoll({ host, address, events }) {
    return asking({ host, address, events, limit: LONGPOLL_LIMIT, pause: (empty) => (empty ? 1000 : 0) });
  },

  poll({ host, address, events, sparing }) {
    const pause = () => (sparing ? POLL_SPARING : POLL_EVERY) * (0.9 + host.random() * 0.2);
    return asking({ host, address, events, limit: POLL_LIMIT, pause });
  },
};

function passOn(text, events, at) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return events.end();
  }
  events.message(message, at);
}

// Asks again and again. The last message of an answer carries the cursor: before it the state is not whole.
function asking({ host, address, events, limit, pause }) {
  let open = true;
  let timer;
  const abort = host.AbortController ? new host.AbortController() : undefined;
  async function ask() {
    const overdue = host.setTimeout(() => open && events.end(), limit);
    const asked = host.now();
    try {
      const answer = await host.fetch(address(), { signal: abort?.signal, credentials: "same-origin" });
      if (!open) return;
      if (answer.status !== 200 && answer.status !== 304) throw new Error("status " + answer.status);
      const body = answer.status === 200 ? await answer.json() : { messages: [] };
      if (!open) return;
      const last = body.messages.length - 1;
      if (last < 0) events.contact(body.cursor);
      for (const [index, message] of body.messages.entries()) {
        if (!open) return;
        events.message(message, index === last ? body.cursor : undefined);
      }
      // A held answer that comes back empty at once (a proxy's) must not turn into a storm.
      const quick = host.now() - asked < 1000;
      if (open) timer = host.setTimeout(ask, pause(last < 0 && quick));
    } catch {
      if (open) events.end();
    } finally {
      host.clearTimeout(overdue);
    }
  }
  ask();
  return {
    close() {
      open = false;
      host.clearTimeout(timer);
      abort?.abort();
    },
  };
}
