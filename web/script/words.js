// The page's words: texts of the box's catalogue, which the page carries, with their placeholders filled in.

// `strings` holds a text by id, or texts by sample number where the text depends on a plural form (CLDR).
export function speaker(strings, lang) {
  const rules = new Intl.PluralRules(lang || "en");
  return (id, values = {}) => {
    let text = strings[id];
    if (text === undefined) return id;
    if (typeof text === "object") {
      const form = rules.select(values.count);
      const sample = Object.keys(text).find((number) => rules.select(Number(number)) === form);
      text = text[sample] ?? Object.values(text)[0];
    }
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}

// "12 seconds ago", counted in steps a reader can follow.
export function age(ms, lang) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const format = new Intl.RelativeTimeFormat(lang || "en", { style: "short" });
  if (seconds < 60) return format.format(-seconds, "second");
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), "minute");
  return format.format(-Math.floor(seconds / 3600), "hour");
}
