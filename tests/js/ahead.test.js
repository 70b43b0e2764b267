import assert from "node:assert/strict";
import { test } from "node:test";
import "./phone.js";

const { counted, nextOf, standing, times } = await import("../../static/js/ahead.js");

test("what is kept stands in place of what the server said; corrected times change no status", () => {
  assert.equal(standing({ status: "planned" }), "planned");
  assert.equal(standing({ status: "planned", statusKept: "in_progress" }), "in_progress");
  assert.equal(standing({ status: "done", statusKept: "corrected" }), "done");
});

test("next is what has begun, else the first that is still to come", () => {
  assert.equal(nextOf(["done", "planned", "in_progress"]), 2);
  assert.equal(nextOf(["done", "no_show", "confirmed", "planned"]), 2);
  assert.equal(nextOf(["done", "missed"]), -1);
  assert.equal(nextOf([]), -1);
});

test("progress counts what is kept as made, and leaves out what is kept as cancelled", () => {
  const round = [
    { status: "done" },
    { status: "planned", statusKept: "done" },
    { status: "planned", statusKept: "no_show" },
    { status: "planned", statusKept: "cancelled_by_client" },
  ];
  assert.deepEqual(counted(round), { made: 2, all: 3 });
});

test("begin and end: the server's first, then what was kept, then times set right here", () => {
  const at = (time, status, fields = []) => ({ recorded: new Date().setHours(...time), status, fields });
  const clock = (...time) =>
    new Date(new Date().setHours(...time)).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit" });
  assert.deepEqual(times("", "", []), ["", ""]);
  assert.deepEqual(times("", "", [at([9, 5], "in_progress")]), [clock(9, 5), ""]);
  assert.deepEqual(times("09:00", "", [at([9, 5], "in_progress"), at([10, 0], "partly_done")]), [
    "09:00",
    clock(10, 0),
  ]);
  assert.deepEqual(times("", "", [at([9, 5], "no_show")]), ["", ""]);
  const corrected = [
    ["started", "08:55"],
    ["ended", "10:05"],
  ];
  assert.deepEqual(times("09:00", "10:00", [at([11, 0], "corrected", corrected)]), ["08:55", "10:05"]);
});
