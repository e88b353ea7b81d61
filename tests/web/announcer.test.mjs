import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnnouncer, createStore } from "../../web/script/announcer.js";
import { fakeHost, words } from "./host.mjs";

// An announcer with its spoken log: [region, text, time].
function announcer(options = {}) {
  const host = fakeHost();
  const log = [];
  let kept = options.kept ?? 0;
  const made = createAnnouncer({
    host,
    speak: (region, text) => log.push([region, text, host.now()]),
    store: { get: () => kept, set: (seq) => { kept = seq; } },
    t: words,
    score: () => "Reds 2, Blues 1.",
    level: "all",
    ...options,
  });
  return { host, made, log, kept: () => kept, texts: () => log.map(([, text]) => text) };
}

const info = (seq, order = `2.${seq}`, more = {}) => ({ seq, order, level: "all", to: "polite", text: `Corner ${seq}.`, ...more });
const card = (seq, order = `2.${seq}`) => ({ seq, order, key: `card${seq}`, level: "key", to: "polite", text: `Card ${seq}.` });
const goal = (seq, order = `2.${seq}`) => ({ seq, order, key: "score", level: "key", to: "assertive", text: `Goal ${seq}.` });

test("a goal is spoken at once, a corner after the window", async () => {
  const { host, made, log } = announcer();
  made.hear([goal(11)]);
  assert.deepEqual(log, [["alert", "Goal 11.", 0]]);
  const other = announcer();
  other.made.hear([info(11)]);
  await other.host.advance(1499);
  assert.equal(other.log.length, 0);
  await other.host.advance(1);
  assert.deepEqual(other.log, [["log", "Corner 11.", 1500]]);
  assert.equal(host.timers(), 0);
});

test("what was waiting when a goal fell: the common lines are dropped, the important ones told as earlier", async () => {
  const { host, made, texts } = announcer();
  made.hear([info(11), card(12)]);
  made.hear([goal(13)]);
  await host.advance(30000);
  assert.deepEqual(texts(), ["Goal 13.", "before-that Card 12."]);
});

test("an older line that arrives after a newer goal is never news", async () => {
  const { host, made, texts } = announcer();
  made.hear([goal(20, "2.V")]);
  made.hear([info(21, "2.K"), card(22, "2.L"), info(23, "2.Z")]);
  await host.advance(30000);
  assert.deepEqual(texts(), ["Goal 20.", "before-that Card 22. Corner 23."]);
});

test("an older goal that is entered late does not interrupt", async () => {
  const { host, made, log } = announcer();
  made.hear([goal(20, "2.V")]);
  await host.advance(20000);
  made.hear([{ ...goal(21, "1.C"), key: "late" }]);
  await host.advance(20000);
  assert.deepEqual(log.map(([region, text]) => region + " " + text), ["alert Goal 20.", "log before-that Goal 21."]);
});

test("for any order of arrival no common line older than a spoken goal follows it", async () => {
  for (let seed = 1; seed < 60; seed += 1) {
    const { host, made, log } = announcer();
    const lines = Array.from({ length: 12 }, (_, index) => {
      const order = "2." + String.fromCharCode(65 + ((index * 7 + seed * 5) % 12));
      return (index + seed) % 5 === 0 ? { ...goal(100 + index, order), key: "g" + index } : info(100 + index, order);
    });
    const orders = new Map(lines.map((line) => [line.text, line.order]));
    for (const [index, line] of lines.entries()) {
      made.hear([line]);
      await host.advance((index * seed * 37) % 2500);
    }
    await host.advance(120000);
    let newest = "";
    for (const [region, text] of log) {
      for (const sentence of text.match(/(before-that )?(Goal|Corner) \d+\./g) ?? []) {
        const order = orders.get(sentence.replace("before-that ", ""));
        if (region === "log" && sentence.startsWith("Corner")) assert.ok(order > newest, `seed ${seed}: ${sentence} after a newer goal`);
        if (region === "alert" && order > newest) newest = order;
      }
    }
  }
});

test("a (seq, key) is spoken once, a correction with the same key is news", async () => {
  const { host, made, texts } = announcer();
  made.hear([goal(11)]);
  made.hear([goal(11)]);
  await host.advance(10000);
  made.hear([{ ...goal(12), text: "Correction: the goal does not count." }]);
  await host.advance(10000);
  assert.deepEqual(texts(), ["Goal 11.", "Correction: the goal does not count."]);
});

test("two goals within five seconds are told together", async () => {
  const { host, made, texts } = announcer();
  made.hear([goal(11)]);
  await host.advance(1000);
  made.hear([goal(12)]);
  assert.deepEqual(texts(), ["Goal 11.", "Goal 11. Goal 12."]);
});

test("a newer line of the same key replaces a waiting one", async () => {
  const { host, made, texts } = announcer();
  made.hear([{ ...info(11), key: "phase" }]);
  made.hear([{ ...info(12), key: "phase" }]);
  await host.advance(10000);
  assert.deepEqual(texts(), ["Corner 12."]);
});

test("a flood becomes one line: the newest three and a count", async () => {
  const { host, made, texts } = announcer();
  made.hear(Array.from({ length: 10 }, (_, index) => info(11 + index)));
  await host.advance(10000);
  assert.deepEqual(texts(), ["earlier 7 Corner 18. Corner 19. Corner 20."]);
});

test("polite lines keep their distance and their number by the minute", async () => {
  const { host, made, log } = announcer();
  for (let second = 0; second < 60; second += 1) {
    made.hear([info(11 + second)]);
    await host.advance(1000);
  }
  const times = log.map(([, , at]) => at);
  assert.ok(times.every((at, index) => index === 0 || at - times[index - 1] >= 4000), times.join(" "));
  assert.ok(times.length <= 10);
  const key = announcer({ level: "key" });
  for (let second = 0; second < 60; second += 1) {
    key.made.hear([card(11 + second)]);
    await key.host.advance(1000);
  }
  assert.ok(key.log.length <= 4, `${key.log.length} lines`);
});

test("nothing while paused; then one summary, and the old lines never", async () => {
  const { host, made, log, texts } = announcer();
  made.pause();
  made.hear([info(11), goal(12), card(13)]);
  await host.advance(30000);
  assert.deepEqual(texts(), ["paused"]);
  made.resume();
  await host.advance(30000);
  assert.deepEqual(texts(), ["paused", "resumed", "away 3 Reds 2, Blues 1."]);
  assert.ok(log[2][2] - log[1][2] >= 300);
});

test("safety is heard while paused and when everything else is off", () => {
  const { made, texts } = announcer({ level: "off" });
  made.pause();
  made.hear([{ seq: 11, order: "2.A", level: "always", to: "assertive", text: "Leave by gate 4." }]);
  assert.deepEqual(texts(), ["paused", "Leave by gate 4."]);
});

test("a hidden page says nothing and one summary when it is seen again", async () => {
  const { host, made, texts } = announcer();
  made.hear([info(10)]);
  made.hide();
  made.hear([info(11)]);
  await host.advance(30000);
  made.show();
  await host.advance(1000);
  assert.deepEqual(texts(), ["away 2 Reds 2, Blues 1."]);
});

test("nothing while the list is being filled", async () => {
  const { host, made, texts } = announcer();
  made.hear([info(11)]);
  made.busy();
  await host.advance(5000);
  assert.deepEqual(texts(), []);
  made.done();
  await host.advance(5000);
  assert.deepEqual(texts(), ["Corner 11."]);
});

test("after a snapshot: one catch-up of what is new, nothing when nothing is", async () => {
  const { host, made, texts, kept } = announcer({ kept: 20 });
  made.snapshot([18, 19, 20].map((seq) => ({ seq, key: true })), 20);
  await host.advance(5000);
  assert.deepEqual(texts(), []);
  made.snapshot([19, 20, 21, 22].map((seq) => ({ seq, key: seq === 22 })), 23);
  await host.advance(5000);
  assert.deepEqual(texts(), ["away 2 Reds 2, Blues 1."]);
  assert.equal(kept(), 23);
});

test("what the page came with is not news", async () => {
  const { host, made, texts } = announcer();
  made.begin(1208);
  made.snapshot([{ seq: 1208, key: true }], 1208);
  await host.advance(5000);
  assert.deepEqual(texts(), []);
});

test("the levels: off, key, all", async () => {
  const said = async (level) => {
    const { host, made, texts } = announcer({ level });
    made.hear([info(11), card(12)]);
    await host.advance(10000);
    return texts().join(" ");
  };
  assert.equal(await said("off"), "");
  assert.equal(await said("key"), "Card 12.");
  assert.equal(await said("all"), "Corner 11. Card 12.");
});

test("a reader who wants no interruption hears the goal in its turn", async () => {
  const { host, made, log } = announcer({ interrupt: false });
  made.hear([goal(11)]);
  assert.equal(log.length, 0);
  await host.advance(2000);
  assert.deepEqual(log.map(([region, text]) => region + " " + text), ["log Goal 11."]);
});

test("repeating begins with a word, since equal words are swallowed", () => {
  const { made, texts } = announcer();
  made.repeat();
  made.hear([goal(11)]);
  made.repeat();
  assert.deepEqual(texts(), ["nothing-yet", "Goal 11.", "again Goal 11."]);
});

test("a storage that throws is no storage", () => {
  const store = createStore(() => { throw new Error("SecurityError"); }, "x");
  assert.equal(store.get(), 0);
  store.set(5);
  assert.equal(store.get(), 5);
});

test("what was missed while the page was away is counted, what comes after it is news", async () => {
  const { host, made, log, texts } = announcer();
  made.missed([goal(11), card(12)]);
  made.missed([info(13)]);
  made.hear([goal(14)]);
  await host.advance(30000);
  assert.deepEqual(texts(), ["Goal 14.", "away 3 Reds 2, Blues 1."]);
  assert.deepEqual(log.map(([region]) => region), ["alert", "log"]);
});

test("safety is told also when it was missed, and what was missed is never told later", async () => {
  const { host, made, texts } = announcer({ level: "key" });
  made.missed([goal(11), { seq: 12, order: "2.B", key: "12", level: "always", to: "assertive", text: "Leave by gate 4." }]);
  made.hear([goal(11)]);
  await host.advance(30000);
  assert.deepEqual(texts(), ["Leave by gate 4.", "away 1 Reds 2, Blues 1."]);
});
