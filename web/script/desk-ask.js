// What a command would change, asked before it is sent. Nothing is stored by asking.

const ANSWER_PREVIEW_WITHIN = 5000;

// Resolves with what would change or the problem it would meet; undefined where nobody answers in time.
export function createAsk({ host, url, onSignedOut }) {
  return async (command) => {
    const abort = host.AbortController ? new host.AbortController() : undefined;
    const overdue = host.setTimeout(() => abort?.abort(), ANSWER_PREVIEW_WITHIN);
    try {
      const answer = await host.fetch(url + "?dry_run=1", {
        method: "POST", body: JSON.stringify(command), credentials: "same-origin", signal: abort?.signal,
        headers: { "Content-Type": "application/json", Accept: "application/json" },
      });
      if (answer.status === 401) onSignedOut();
      return answer.status === 401 || answer.status >= 500 ? undefined : await answer.json();
    } catch {
      return undefined;
    } finally {
      host.clearTimeout(overdue);
    }
  };
}
