// Small pieces of a page, made with textContent only.

export function el(document, tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export function pressable(document, text, act, more = {}) {
  return el(document, "button", { type: "button", className: "big", onclick: act, ...more }, text);
}

// A squad in the order of its shirts, as [id, number, name].
export function squadOf(side) {
  const rank = ([, number]) => (/^\d+$/.test(number) ? Number(number) : Infinity);
  return Object.entries(side?.players ?? {})
    .map(([id, player]) => [id, String(player.number ?? id), player.name ?? ""])
    .sort((a, b) => rank(a) - rank(b) || (a[1] + a[2] > b[1] + b[2] ? 1 : -1));
}
