// A table pasted from a spreadsheet, cut into its rows without being understood. Pure.

// The rows of a table by the line they begin at, as the box counts them: quotes may hold line ends.
export function tableOf(text) {
  const rows = new Map();
  let line = 1;
  let begun = 1;
  let quoted = false;
  let from = 0;
  const plain = text.replace(/^\uFEFF/, "");
  const cut = (end) => {
    const row = plain.slice(from, end).replace(/\r$/, "");
    if (row.trim()) rows.set(begun, row);
  };
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === '"') quoted = !quoted;
    if (plain[at] !== "\n") continue;
    line += 1;
    if (quoted) continue;
    cut(at);
    from = at + 1;
    begun = line;
  }
  cut(plain.length);
  const header = rows.get(Math.min(...rows.keys()));
  return { header, of: (number) => rows.get(number) };
}
