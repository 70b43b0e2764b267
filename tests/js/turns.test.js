import assert from "node:assert/strict";
import { test } from "node:test";
import { captures, files, HOUR, limit, pause } from "../../static/js/turns.js";

const NOW = 1_000_000_000;
const one = (number, client, more = {}) => ({
  id: `c${number}`,
  number,
  client,
  state: "waiting",
  tries: 0,
  recorded: number,
  ...more,
});
const ids = (items) => items.map((item) => item.id);

test("clients go side by side, the captures of one in order of their numbers", () => {
  const items = [one(3, "a"), one(1, "a"), one(2, "b"), one(4, "b")];
  assert.deepEqual(ids(captures(items, [], NOW)), ["c1", "c2"]);
  assert.deepEqual(ids(captures(items, [items[1]], NOW)), ["c2"]);
  assert.deepEqual(ids(captures(items.slice(0, 1).concat(items.slice(2)), [], NOW)), ["c2", "c3"]);
});

test("a new visit goes before what was done there", () => {
  const visit = one(1, "a", { kind: "visit", visit: "v" });
  const note = one(2, "a", { visit: "v" });
  assert.deepEqual(ids(captures([note, visit], [], NOW)), ["c1"]);
});

test("one that waits after a failure holds back those behind it, of its client only", () => {
  const items = [one(1, "a", { tries: 1, next: NOW + 1000 }), one(2, "a"), one(3, "b")];
  assert.deepEqual(ids(captures(items, [], NOW)), ["c3"]);
  assert.deepEqual(ids(captures(items, [], NOW + 1000)), ["c3", "c1"]);
});

test("one that keeps failing while others pass is tried last and holds nobody up", () => {
  const items = [one(1, "a", { tries: 3, next: NOW, alone: true }), one(2, "a"), one(3, "b")];
  assert.deepEqual(ids(captures(items, [], NOW)), ["c2", "c3", "c1"]);
  assert.deepEqual(ids(captures([items[0]], [], NOW)), ["c1"]);
});

test("a server that was away for long does not turn the order around", () => {
  const often = (number, next) => one(number, "a", { tries: 9, next });
  const items = [often(1, NOW + 1), often(2, NOW), one(3, "a")];
  assert.deepEqual(captures(items, [], NOW), []); // the second waits for the first
  assert.deepEqual(ids(captures(items, [], NOW + 1)), ["c1"]);
  assert.deepEqual(ids(captures(items, [], NOW, true)), ["c1"]);
  const failedAgain = new Set(["c1"]); // only now is the next let through, to show whether the first alone fails
  assert.deepEqual(ids(captures(items, [], NOW, false, failedAgain)), ["c2"]);
});

test("a held one is asked about once an hour and holds nobody up; a refused one only when a person asks", () => {
  const held = one(1, "a", { state: "held", asked: NOW });
  const refused = one(2, "a", { state: "refused" });
  const next = one(3, "a");
  assert.deepEqual(ids(captures([held, refused, next], [], NOW + HOUR - 1)), ["c3"]);
  assert.deepEqual(ids(captures([held, refused, next], [], NOW + HOUR)), ["c3", "c1"]);
  assert.deepEqual(ids(captures([held, refused, next], [], NOW, true)), ["c3", "c1", "c2"]);
});

test("what is on its way is not sent a second time", () => {
  const items = [one(1, "a"), one(2, "b")];
  assert.deepEqual(captures(items, items, NOW), []);
});

test("a capture without a client stands alone", () => {
  assert.deepEqual(ids(captures([one(1, ""), one(2, "")], [], NOW)), ["c1", "c2"]);
});

test("photos follow their words, never lead", () => {
  const photo = { id: "p", capture: "c1", state: "waiting", tries: 0, taken: 1 };
  assert.deepEqual(files([photo], new Set(["c1"]), [], NOW), []);
  assert.deepEqual(ids(files([photo], new Set(), [], NOW)), ["p"]);
  assert.deepEqual(files([{ ...photo, draft: true }], new Set(), [], NOW), []);
  assert.deepEqual(files([{ ...photo, next: NOW + 1 }], new Set(), [], NOW), []);
  assert.deepEqual(files([{ ...photo, state: "refused" }], new Set(), [], NOW), []);
});

test("waiting doubles from one second to five minutes, with jitter, and never undercuts the server", () => {
  assert.equal(pause(1, 0, 0.5), 1000);
  assert.equal(pause(2, 0, 0.5), 2000);
  assert.equal(pause(5, 0, 0.5), 16_000);
  assert.equal(pause(40, 0, 0.5), 300_000);
  assert.equal(pause(40, 0, 1), 300_000);
  assert.equal(pause(1, 0, 0), 500);
  assert.equal(pause(1, 60_000, 0.5), 60_000);
  assert.equal(pause(20, 900_000, 0.5), 900_000);
});

test("time limits: 10 s for words, then by size, five minutes at most", () => {
  assert.equal(limit(0), 10_000);
  assert.equal(limit(32_768), 10_000);
  assert.equal(limit(40_960), 20_000);
  assert.equal(limit(100_000_000), 300_000);
});

test("what was asked is obeyed for an hour at most, and a clock that is set back stops nothing", () => {
  assert.equal(pause(1, 86_400_000, 0.5), HOUR);
  const ahead = NOW + 2 * 86_400_000; // what was noted while the phone's clock was two days ahead
  assert.deepEqual(ids(captures([one(1, "a", { tries: 1, next: ahead })], [], NOW)), ["c1"]);
  assert.deepEqual(ids(captures([one(1, "a", { state: "held", asked: ahead })], [], NOW)), ["c1"]);
  assert.deepEqual(ids(files([{ id: "p", capture: "c", state: "waiting", next: ahead }], new Set(), [], NOW)), ["p"]);
});
