import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, outcome, receipt } from "../../static/js/outcome.js";

const ID = "0a1b2c3d-0000-4000-8000-00000000000a";
const OTHER = "0a1b2c3d-0000-4000-8000-00000000000b";
const NOW = Date.parse("2026-11-24T10:00:00Z");
const says = (state, id = ID) => `${id} 7F3K92QD ${state}`;
const after = (status, header = null, retryAfter = null) => outcome(ID, { status, receipt: header, retryAfter }, NOW);

test("a receipt that names the id decides, whatever the kind of 2xx", () => {
  for (const status of [200, 201, 202]) {
    for (const state of ["applied", "held", "closed"]) {
      assert.deepEqual(after(status, says(state)), { then: state, code: "7F3K92QD" });
    }
  }
});

test("no receipt, no forgetting: every 2xx without our id waits", () => {
  for (const header of [
    null,
    "",
    says("applied", OTHER),
    "applied",
    `${ID} applied`,
    `${ID} 7F3K92QD`,
    `${ID} 7F3K92QD done`,
  ]) {
    assert.deepEqual(after(200, header), { then: "wait", wait: 0, whole: true }, String(header));
  }
});

test("a receipt cut short or in pieces is none", () => {
  const whole = says("applied");
  for (let length = 0; length < whole.length; length += 1) assert.equal(receipt(whole.slice(0, length)), null);
  assert.equal(receipt(`${whole}, ${whole}`), null);
});

test("a receipt on an answer that is not 2xx counts for nothing", () => {
  assert.equal(after(500, says("applied")).then, "wait");
  assert.equal(after(404, says("applied")).then, "refused");
});

test("a redirect is not followed and waits; so does no answer at all", () => {
  for (const status of [0, 301, 302, 303, 307]) assert.deepEqual(after(status), { then: "wait", wait: 0, whole: true });
});

test("401 rests the queue and removes nothing", () => {
  assert.deepEqual(after(401), { then: "rest" });
});

test("another 4xx without receipt needs a person", () => {
  for (const status of [403, 404, 405, 409, 410, 413, 415, 422]) {
    assert.deepEqual(after(status), { then: "refused", status });
  }
});

test("what may pass by itself waits", () => {
  for (const status of [400, 408, 425, 429, 500, 502, 503, 504]) {
    assert.deepEqual(after(status), { then: "wait", wait: 0, whole: false });
  }
});

test("Retry-After is read in seconds and as a date, and holds the whole queue", () => {
  assert.deepEqual(after(503, null, "30"), { then: "wait", wait: 30_000, whole: true });
  assert.equal(asked("Tue, 24 Nov 2026 10:01:00 GMT", NOW), 60_000);
  assert.equal(asked("Tue, 24 Nov 2026 09:00:00 GMT", NOW), 0);
  assert.equal(asked("soon", NOW), 0);
  assert.equal(asked(null, NOW), 0);
});
