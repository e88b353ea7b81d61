// Commands on their way: one after another in the order they were made, each until it has an outcome.
//
// A command that got no answer is sent again with the same id, so it counts once however often it arrives. Its outcome
// comes with the answer or as a receipt on the live connection, whichever is first.

const AGAIN = [1000, 2000, 4000, 8000, 15000];
const ANSWER_WITHIN = 10000;

// `onState(item, state, detail)`: waiting, retrying, accepted, refused, signed-out.
export function createOutbox({ host, url, onState }) {
  const queue = [];
  let timer;
  let sending = false;

  function settle(item, state, detail) {
    const index = queue.indexOf(item);
    if (index < 0) return;
    queue.splice(index, 1);
    onState(item, state, detail);
    next();
  }

  function next() {
    if (sending || timer !== undefined || !queue.length || queue[0].held) return;
    send(queue[0]);
  }

  async function send(item) {
    sending = true;
    const abort = host.AbortController ? new host.AbortController() : undefined;
    const overdue = host.setTimeout(() => abort?.abort(), ANSWER_WITHIN);
    let outcome = { state: "retrying" };
    try {
      const answer = await host.fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": item.id },
        body: JSON.stringify(item.command),
        credentials: "same-origin",
        signal: abort?.signal,
      });
      outcome = read(answer.status, await answer.json().catch(() => ({})));
    } catch { /* no answer: the same again */ }
    host.clearTimeout(overdue);
    sending = false;
    if (!queue.includes(item)) return next();
    if (outcome.state === "retrying") {
      onState(item, "retrying");
      const pause = AGAIN[Math.min(item.tries++, AGAIN.length - 1)];
      timer = host.setTimeout(() => {
        timer = undefined;
        next();
      }, pause * (0.75 + host.random() * 0.5));
    } else if (outcome.state === "signed-out") {
      item.held = true;
      onState(item, "signed-out");
    } else settle(item, outcome.state, outcome.detail);
  }

  return {
    add(id, command, about) {
      const item = { id, command, about, tries: 0, held: false };
      queue.push(item);
      onState(item, "waiting");
      next();
      return item;
    },
    receipt({ id, outcome, problem }) {
      const item = queue.find((one) => one.id === id);
      if (item && outcome === "accepted") settle(item, "accepted");
      else if (item && outcome === "rejected") settle(item, "refused", reasonOf(problem));
    },
    again(item) {
      item.held = false;
      host.clearTimeout(timer);
      timer = undefined;
      next();
    },
    discard(item) {
      const index = queue.indexOf(item);
      if (index >= 0) queue.splice(index, 1);
      next();
    },
    size: () => queue.length,
  };
}

// What an answer means for the command. A box that is busy or gone has decided nothing.
function read(status, body) {
  if (status === 401) return { state: "signed-out" };
  if (status === 202 || status === 429 || status >= 500) return { state: "retrying" };
  if (status >= 400) return { state: "refused", detail: reasonOf(body) };
  if (body.outcome === "rejected") return { state: "refused", detail: reasonOf(body.problem) };
  return { state: "accepted", detail: body.seq };
}

function reasonOf(problem) {
  return problem?.detail ?? problem?.title ?? "";
}
