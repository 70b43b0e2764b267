import assert from "node:assert/strict";
import { test } from "node:test";
import { form } from "./phone.js";

globalThis.CustomEvent ??= class extends Event {};
const { address, collect, fill, mark, stamp, uuid } = await import("../../static/js/fields.js");

test("pairs in order, without what is off, unpressed or the script's own; with the pressed button's", () => {
  const made = form([
    { name: "a", value: "1" },
    { name: "off", value: "x", disabled: true },
    { name: "yes", type: "checkbox", checked: true, value: "on" },
    { name: "no", type: "checkbox", checked: false, value: "on" },
    { name: "r", type: "radio", checked: true, value: "2" },
    { name: "f", type: "file", value: "C:\\x" },
    { name: "m", type: "select-multiple", selectedOptions: [{ value: "p" }, { value: "q" }] },
    { name: "_author", type: "hidden", value: "me" },
    { name: "_form", type: "hidden", value: "3" },
    { name: "b", type: "submit", value: "no" },
    { value: "no name" },
  ]);
  assert.deepEqual(collect(made, { name: "status", value: "done" }), [
    ["a", "1"],
    ["yes", "on"],
    ["r", "2"],
    ["m", "p"],
    ["m", "q"],
    ["_form", "3"],
    ["status", "done"],
  ]);
});

test("what does not apply stays in a draft and is left out of a capture", () => {
  const made = form([
    { name: "a", value: "1" },
    { name: "b", value: "2", inert: true },
  ]);
  assert.deepEqual(collect(made), [
    ["a", "1"],
    ["b", "2"],
  ]);
  assert.deepEqual(collect(made, null, true), [["a", "1"]]);
});

test("a draft is put back whole, and the form hears of it", () => {
  const option = (value) => ({ value, selected: false });
  const made = form([
    { name: "a" },
    { name: "c", type: "checkbox", value: "x", checked: false },
    { name: "c", type: "checkbox", value: "y", checked: true },
    { name: "r", type: "radio", value: "1", checked: true },
    { name: "r", type: "radio", value: "2", checked: false },
    { name: "m", type: "select-multiple", options: [option("p"), option("q")] },
    { name: "kept", value: "as it was" },
  ]);
  fill(made, [
    ["a", "text"],
    ["c", "x"],
    ["r", "2"],
    ["m", "q"],
  ]);
  const [a, x, y, one, two, m, kept] = made.elements;
  assert.deepEqual(
    [a.value, x.checked, y.checked, one.checked, two.checked, kept.value],
    ["text", true, false, false, true, "as it was"],
  );
  assert.deepEqual(
    m.options.map((each) => each.selected),
    [false, true],
  );
  assert.deepEqual(made.heard, ["tournee:restored"]);
});

test("what a correction replaces comes along although the page has no field for it", () => {
  globalThis.document = { createElement: () => ({ type: "", matches: () => false, closest: () => null }) };
  const made = form([{ name: "a" }]);
  fill(made, [
    ["a", "text"],
    ["_corrects", "id"],
  ]);
  assert.deepEqual(collect(made), [
    ["a", "text"],
    ["_corrects", "id"],
  ]);
});

test("ids are of version 4, also where crypto.randomUUID is missing", () => {
  const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(uuid(), pattern);
  const before = crypto.randomUUID;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  try {
    const made = new Set(Array.from({ length: 100 }, uuid));
    assert.equal(made.size, 100);
    for (const id of made) assert.match(id, pattern);
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: before, configurable: true });
  }
});

test("the phone's time carries its offset, east and west, half hours too", () => {
  const at = (offset) => {
    const date = new Date("2026-11-24T10:32:05.120Z");
    date.getTimezoneOffset = () => -offset;
    return stamp(date);
  };
  assert.equal(at(60), "2026-11-24T11:32:05.120+01:00");
  assert.equal(at(-210), "2026-11-24T07:02:05.120-03:30");
  assert.equal(at(0), "2026-11-24T10:32:05.120+00:00");
});

test("the mark tells contents apart", () => {
  assert.equal(mark([["a", "1"]]), mark([["a", "1"]]));
  assert.notEqual(mark([["a", "1"]]), mark([["a", "2"]]));
  assert.notEqual(
    mark([
      ["a", "1"],
      ["b", "2"],
    ]),
    mark([
      ["b", "2"],
      ["a", "1"],
    ]),
  );
});

test("a blank page becomes the page of a visit", () => {
  const made = form([], { action: "/visits/00000000-0000-0000-0000-000000000000/notes/free", "data-next": "/today" });
  address(made, "v");
  assert.equal(made.getAttribute("action"), "/visits/v/notes/free");
  assert.equal(made.getAttribute("data-next"), "/today");
});
