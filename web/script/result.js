// A vote's board as a reader sees it: phase, turnout, the rows of a result. Pure; `src/pages/votes.rs` makes the same.

export function optionsOf(board) {
  if (board.kind === "rating") {
    return Array.from({ length: board.steps ?? 5 }, (_, index) => [String(index + 1), String(index + 1)]);
  }
  return Object.entries(board.options ?? {}).sort((a, b) => a[0] - b[0]);
}

// How many options are not out yet of a result that comes out in stages; else 0.
function toCome(board) {
  const shown = Object.keys(board.shown ?? {}).length;
  return board.tally || !shown ? 0 : Math.max(0, optionsOf(board).length - shown);
}

// Rounded half up, by whole numbers, so that two phones never differ.
export function percentOf(count, of) {
  return of > 0 ? Math.floor((count * 200 + of) / (of * 2)) : undefined;
}

// What is out, by rank; those that share one in the order of the poll. Of a rating the best step first.
export function rowsOf(board, t) {
  const counts = board.tally ?? board.shown;
  if (!counts) return [];
  const points = board.kind === "points";
  const rating = board.kind === "rating";
  const before = toCome(board);
  const rows = optionsOf(board).filter(([id]) => board.tally || counts[id] !== undefined).map(([id, name]) => {
    const count = counts[id] ?? 0;
    const better = Object.values(counts).filter((other) => other > count).length;
    return { id, name, count, rank: rating ? undefined : board.ranks?.[id] ?? before + better + 1 };
  });
  if (rating) rows.reverse();
  else rows.sort((a, b) => a.rank - b.rank);
  const most = Math.max(0, ...rows.map((row) => row.count));
  const base = points ? most : board.turnout ?? 0;
  return rows.map(({ id, name, count, rank }) => {
    const percent = percentOf(count, base);
    return {
      id, name, rank,
      place: rank === undefined ? "" : rank + ".",
      share: points || percent === undefined ? "" : t("poll-percent", { count: percent }),
      count: t(points ? "poll-points" : "poll-votes", { count }),
      bar: Math.min(100, percent ?? 0),
    };
  });
}

export function describePoll(board, t) {
  const left = toCome(board);
  const phase = board.withdrawn ? "withdrawn" : board.state === "closed" && left ? "revealing" : board.state;
  const waiting = board.state === "closed" && !left && !board.tally;
  return {
    phase: t("poll-" + phase),
    open: board.state === "open" && !board.withdrawn,
    counted: !board.withdrawn && board.state !== "draft",
    note: board.state === "draft" && !board.withdrawn ? t("poll-opens-soon") : waiting ? t("poll-now-closed") : "",
    turnout: t("poll-turnout", { count: board.turnout ?? 0 }),
    sealed: board.secret === true && board.state !== "revealed" && !left && !board.withdrawn,
    toCome: left ? t("poll-to-come", { count: left }) : "",
    mean: board.mean === undefined ? "" : t("poll-mean", { count: Number(board.mean).toFixed(2) }),
    rows: board.withdrawn ? [] : rowsOf(board, t),
  };
}

// What was chosen, in words: of places their options, best first.
export function chosenWords(board, choice) {
  const names = new Map(optionsOf(board));
  return choice.map((id) => names.get(id) ?? id).join(", ");
}
