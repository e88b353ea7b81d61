// Writes down what a screen reader would be told: every change of a live region, with its time and its manner.
// Put into each page before the page's own script; read back as window.__spoken.
(() => {
  const spoken = [];
  window.__spoken = spoken;
  const manners = { log: "polite", status: "polite", alert: "assertive" };
  const LIVE = "[aria-live],[role=log],[role=status],[role=alert]";
  const started = performance.now();

  const manner = (region) => region.getAttribute("aria-live") ?? manners[region.getAttribute("role")];
  const atomic = (region) =>
    (region.getAttribute("aria-atomic") ?? String(region.getAttribute("role") !== "log")) === "true";
  const words = (node) => (node?.textContent ?? "").replace(/\s+/g, " ").trim();
  // What is not rendered is not in the accessibility tree; clipped text is.
  const hidden = (region) => region.closest("[aria-hidden=true]") !== null || region.getClientRects().length === 0;

  const observer = new MutationObserver((records) => {
    // One change of the page is one announcement of a region, however many nodes it touches.
    const changed = new Map();
    for (const record of records) {
      const element = record.target.nodeType === Node.ELEMENT_NODE ? record.target : record.target.parentElement;
      const region = element?.closest(LIVE);
      if (!region) continue;
      const nodes = changed.get(region) ?? new Set();
      if (record.type === "characterData") nodes.add(record.target);
      for (const node of record.addedNodes) nodes.add(node);
      changed.set(region, nodes);
    }
    for (const [region, nodes] of changed) {
      const politeness = manner(region);
      const inside = (node) => [...nodes].some((other) => other !== node && other.contains(node));
      const added = [...nodes].filter((node) => node.isConnected && words(node) !== "" && !inside(node));
      if (politeness === "off" || added.length === 0 || hidden(region)) continue;
      spoken.push({
        t: Math.round(performance.now() - started),
        region: region.id,
        politeness,
        text: atomic(region) ? words(region) : added.map(words).join(" "),
        // More than one node at once is read out of order, or in part, by real screen readers.
        nodes: added.length,
        // Not deferred but lost: nothing says it when the region is no longer busy.
        lost: region.closest("[aria-busy=true]") !== null,
      });
    }
  });
  // From the end of parsing on, before any script of the page: what the page arrives with is no change. Text that
  // is in a region by then is read by some readers and not by others.
  document.addEventListener("readystatechange", () => {
    const regions = [...document.querySelectorAll(LIVE)].filter((region) => manner(region) !== "off");
    window.__filledAtLoad = regions.filter((region) => region.id && words(region) !== "").map((region) => region.id);
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  }, { once: true });
})();
