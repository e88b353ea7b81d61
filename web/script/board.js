// Boards by channel, kept by snapshots and patches. Pure: messages in, what changed out.

// JSON Merge Patch (RFC 7396). Never changes what it is given.
export function apply(target, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const isObject = target !== null && typeof target === "object" && !Array.isArray(target);
  const result = isObject ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    // `__proto__` as a plain assignment would set the prototype instead of a member.
    else Object.defineProperty(result, key, {
      value: apply(Object.hasOwn(result, key) ? result[key] : undefined, value),
      enumerable: true, configurable: true, writable: true,
    });
  }
  return result;
}

// What a page holds: each channel's board and the frame it is of. A board that came with the page is known to be
// current at the page's cursor, which may lie after the frame that last changed it; so a patch fits when nothing
// happened between.
export function createBoards() {
  const held = new Map();
  return {
    board: (channel) => held.get(plainChannel(channel))?.board,
    embed(channel, board, frame) {
      held.set(plainChannel(channel), { board, frame, exact: false });
    },
    // Returns {channel, kind, board, before}; kind is snapshot, patch, old (known already) or gap (resume needed).
    take(message) {
      const channel = plainChannel(message.ch);
      const now = held.get(channel);
      if (message.type === "snapshot") {
        held.set(channel, { board: message.board, frame: message.frame, exact: true });
        return { channel, kind: "snapshot", board: message.board, before: now?.board };
      }
      if (!now) return { channel, kind: "gap" };
      if (message.frame <= now.frame) return { channel, kind: "old", board: now.board };
      const fits = now.exact ? message.prev === now.frame : message.prev <= now.frame;
      if (!fits) return { channel, kind: "gap", board: now.board };
      const board = apply(now.board, message.patch);
      held.set(channel, { board, frame: message.frame, exact: true });
      return { channel, kind: "patch", board, before: now.board };
    },
  };
}

// A name without its language: `game/7@de` is told to the page as `game/7`.
export function plainChannel(channel) {
  return channel.split("@")[0];
}

// Entries newest first. An order is written so that comparing its bytes gives the course of the game.
export function entriesOf(board) {
  const later = (a, b) => (a === b ? 0 : a > b ? 1 : -1);
  return Object.values(board?.timeline ?? {}).sort(
    (a, b) => later(b.order ?? "", a.order ?? "") || (b.seq ?? 0) - (a.seq ?? 0),
  );
}

// The sides in the order the score is told: the sport's own where the board says it, else the home side first.
export function sidesOf(board) {
  const rank = ([id, side]) => side.index ?? (id === "home" ? -1 : 0);
  return Object.entries(board?.sides ?? {})
    .sort((a, b) => rank(a) - rank(b) || (a[0] > b[0] ? 1 : -1))
    .map(([id, side]) => ({ id, ...side }));
}
