// The second tap: who it was, by shirt number, in the place of the buttons of the first. Also typed, also nobody.
import { el, pressable } from "./desk-dom.js";

export function createChooser({ document, t }) {
  const root = document.getElementById("choose");
  const place = root.parentElement;
  let done;

  function close(chosen) {
    const finish = done;
    done = undefined;
    root.hidden = true;
    root.replaceChildren();
    delete place.dataset.choosing;
    finish?.(chosen);
  }

  return {
    isOpen: () => done !== undefined,
    cancel: () => close(),
    // Resolves with {player, tags}, player "" for nobody; undefined when it is cancelled.
    ask({ title, squad, tags = [], required = false }) {
      close();
      return new Promise((resolve) => {
        done = resolve;
        const chosenTags = () => [...root.querySelectorAll("[aria-pressed=true]")].map((one) => one.value);
        const choose = (player) => close({ player, tags: chosenTags() });
        const heading = el(document, "h3", { tabIndex: -1 }, title);
        const details = tags.map(({ id, label }) => pressable(document, label, (event) => {
          const pressed = event.currentTarget.getAttribute("aria-pressed") !== "true";
          event.currentTarget.setAttribute("aria-pressed", String(pressed));
        }, { value: id, "aria-pressed": "false", className: "tag" }));
        const shirts = squad.map(([id, number, name]) =>
          pressable(document, "", () => choose(id), { "data-player": id }));
        for (const [index, shirt] of shirts.entries()) {
          const [, number, name] = squad[index];
          shirt.append(...(number ? [el(document, "b", {}, number), " "] : []), el(document, "span", {}, name));
        }
        const typed = el(document, "input", { maxLength: 40, autocomplete: "off", dir: "auto", "aria-label": t("typed-number"), placeholder: t("typed-number") });
        const form = el(document, "form", {
          className: "typed",
          onsubmit: (event) => {
            event.preventDefault();
            event.stopPropagation();
            if (typed.value.trim()) choose(typed.value.trim());
          },
        }, typed, el(document, "button", { className: "big" }, t("enter")));
        const last = el(document, "p", { className: "last" },
          required ? undefined : pressable(document, t("no-player"), () => choose(""), { className: "big primary", "data-player": "" }),
          pressable(document, t("cancel"), () => close(), { "data-cancel": "" }));
        root.append(heading);
        if (details.length) root.append(el(document, "div", { className: "tags", role: "group", "aria-label": t("tags-heading") }, ...details));
        if (shirts.length) root.append(el(document, "div", { className: "shirts" }, ...shirts));
        root.append(form, last);
        root.hidden = false;
        place.dataset.choosing = "";
        heading.focus({ preventScroll: true });
      });
    },
  };
}
