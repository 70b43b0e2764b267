import assert from "node:assert/strict";
import { test } from "node:test";
import "./phone.js";

const { pill } = await import("../../static/js/status.js");
const { drift, model } = await import("../../static/js/prepare.js");
const facts = { waiting: 0, trouble: 0, rest: false, sending: false, online: true, received: true };

test("green only where the server has everything", () => {
  assert.equal(pill(facts).tone, "ok");
  assert.equal(pill({ ...facts, received: false }).tone, "quiet");
  assert.equal(pill({ ...facts, waiting: 1 }).tone, "warn");
  assert.equal(pill({ ...facts, online: false }).tone, "warn");
  assert.equal(pill({ ...facts, trouble: 1 }).tone, "bad");
});

test("the pill says how many wait, and why", () => {
  assert.equal(pill({ ...facts, waiting: 2 }).words, "2 to send");
  assert.equal(pill({ ...facts, waiting: 2, sending: true }).words, "2 to send · sending");
  assert.equal(pill({ ...facts, waiting: 2, online: false }).words, "Offline · 2 to send");
  assert.equal(pill({ ...facts, online: false }).words, "Offline");
  assert.equal(pill({ ...facts, waiting: 2, rest: true }).words, "Sign in to send");
  assert.equal(pill({ ...facts, trouble: 1 }).words, "1 to correct");
});

test("the prepare screen: each visit with its pages, the others together", () => {
  const page = (kind, visit, ok, title = kind) => ({ kind, visit, ok, title });
  const shown = model({
    pages: [page("round", null, true), page("visit", "v", true, "09:00 Jeanne"), page("note", "v", false)],
  });
  assert.deepEqual(
    shown.visits.map(({ title, ok, pages }) => [title, ok, pages.length]),
    [["09:00 Jeanne", false, 2]],
  );
  assert.deepEqual([shown.other.length, shown.ok, shown.total], [1, 2, 3]);
  assert.deepEqual(model(null), { visits: [], other: [], ok: 0, total: 0 });
});

test("the clock's difference in words, from two minutes on", () => {
  assert.equal(drift(60_000), "");
  assert.equal(drift(-300_000), "This phone’s clock is 5 minutes fast.");
  assert.equal(drift(300_000), "This phone’s clock is 5 minutes slow.");
  assert.equal(drift(10_800_000), "This phone’s clock is 3 hours slow.");
  assert.equal(drift(-3 * 86_400_000), "This phone’s clock is 3 days fast.");
});
