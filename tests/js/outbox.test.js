import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { wipe } from "./phone.js";

const { all, get, put, update, write } = await import("../../static/js/db.js");
const { discard, exported, holdings, keep, onChange } = await import("../../static/js/outbox.js");

const ANN = "0a1b2c3d-0000-4000-8000-0000000000aa";
const capture = (id, more = {}) => ({
  id,
  author: ANN,
  kind: "note",
  url: "/visits/v/notes/free",
  label: "Jeanne · Note",
  visit: "v",
  client: "c",
  pairs: [["text", "words"]],
  ...more,
});
const field = (record, name) => record.fields.find(([key]) => key === name)?.[1];

beforeEach(wipe);

test("numbers run 1, 2, 3 for each person, and the envelope says who, when and what", async () => {
  await put("settings", { name: `device ${ANN}`, id: "d", number: 0 });
  const first = await keep(capture("a"));
  const second = await keep(
    capture("b", {
      pairs: [
        ["text", "more"],
        ["_form", "x 1"],
      ],
    }),
  );
  assert.deepEqual([first.number, second.number], [1, 2]);
  assert.equal(field(second, "_v"), "1");
  assert.equal(field(second, "_author"), ANN);
  assert.equal(field(second, "_device"), "d");
  assert.equal(field(second, "_number"), "2");
  assert.equal(field(second, "_form"), "x 1");
  assert.equal(field(second, "_files"), "[]");
  assert.match(field(second, "_recorded"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
  assert.equal((await keep({ ...capture("c"), author: "other" })).number, 1);
});

test("one transaction keeps the capture and removes its draft", async () => {
  await put("drafts", { key: "k", id: "a", person: ANN, fields: [] });
  await keep(capture("a", { draft: "k" }));
  assert.equal(await get("drafts", "k"), undefined);
  assert.equal((await get("captures", "a")).state, "waiting");
});

test("where the disk refuses, nothing has changed: the draft and the number are still there", async () => {
  await put("drafts", { key: "k", id: "a", person: ANN, fields: [] });
  const broken = { ...capture("a", { draft: "k" }), label: () => {} }; // cannot be cloned to disk
  await assert.rejects(keep(broken));
  assert.ok(await get("drafts", "k"));
  assert.deepEqual(await all("captures"), []);
  assert.equal(await get("settings", `device ${ANN}`), undefined);
});

test("a second submit of the same id keeps one capture, also after it was received", async () => {
  await keep(capture("a"));
  assert.equal((await keep(capture("a"))).again, true);
  await discard("a");
  const { mark } = await keep(capture("b"));
  await put("receipts", { id: "a", author: ANN, mark, delivered: 1 });
  assert.equal((await keep(capture("a"))).again, true);
  assert.deepEqual(
    (await all("captures")).map((one) => one.id),
    ["b"],
  );
});

test("the same id with other content is refused, so that nothing is overwritten", async () => {
  await keep(capture("a"));
  assert.equal(await keep(capture("a", { pairs: [["text", "changed"]] })), null);
  assert.deepEqual((await get("captures", "a")).fields[0], ["text", "words"]);
});

test("photos that the form still carries leave with it, the others go", async () => {
  const photo = (id) => ({
    id,
    capture: "a",
    author: ANN,
    draft: true,
    name: `${id}.jpg`,
    size: 3,
    sha256: "s",
    bytes: new ArrayBuffer(3),
  });
  await put("files", photo("p1"));
  await put("files", photo("p2"));
  const kept = await keep(capture("a", { pairs: [["photo", "p1"]], photos: ["p1", ""] }));
  assert.deepEqual(JSON.parse(field(kept, "_files")), [{ id: "p1", name: "p1.jpg", size: 3, sha256: "s" }]);
  assert.deepEqual(
    (await all("files")).map((file) => [file.id, file.draft]),
    [["p1", false]],
  );
});

test("a photo that was not delivered goes with the correction; one that it leaves out goes", async () => {
  const photo = (id) => ({ id, capture: "a", author: ANN, draft: true, name: id, size: 3, sha256: "s", taken: 1 });
  await put("files", photo("p1"));
  await put("files", photo("p2"));
  const pairs = [
    ["one", "p1"],
    ["two", "p2"],
  ];
  await keep(capture("a", { pairs, photos: ["p1", "p2"] }));
  await update("files", "p1", (file) => ({ ...file, state: "refused" }));
  const kept = await keep(capture("b", { pairs: pairs.slice(0, 1), photos: ["p1"], replaces: "a" }));
  assert.deepEqual(
    (await all("files")).map((file) => [file.id, file.capture, file.state]),
    [["p1", "b", "waiting"]],
  );
  assert.deepEqual(
    JSON.parse(field(kept, "_files")).map((file) => file.id),
    ["p1"],
  );
});

test("a photo taken out of a correction stays with what it corrects", async () => {
  const { release } = await import("../../static/js/photo.js");
  await put("files", { id: "p", capture: "a", author: ANN, draft: false, state: "waiting" });
  await put("files", { id: "q", capture: "b", author: ANN, draft: true, state: "waiting" });
  await release("p");
  await release("q");
  assert.deepEqual(
    (await all("files")).map((file) => file.id),
    ["p"],
  );
});

test("a correction of what the server never took replaces it", async () => {
  await keep(capture("a"));
  await keep(capture("b", { replaces: "a" }));
  assert.deepEqual(
    (await all("captures")).map((one) => one.id),
    ["b"],
  );
});

test("somebody else's captures are not in one's holdings", async () => {
  await keep(capture("a"));
  await keep({ ...capture("b"), author: "other" });
  assert.deepEqual(
    (await holdings(ANN)).captures.map((one) => one.id),
    ["a"],
  );
});

test("the export carries words and photos", async () => {
  await put("files", {
    id: "p",
    capture: "a",
    author: ANN,
    draft: true,
    name: "p.jpg",
    size: 2,
    sha256: "",
    bytes: new Uint8Array([104, 105]).buffer,
  });
  await keep(
    capture("a", {
      pairs: [
        ["text", "été"],
        ["photo", "p"],
      ],
      photos: ["p"],
    }),
  );
  await put("drafts", { key: "k", id: "d", person: ANN, fields: [["photo", "q"]] });
  await put("files", { id: "q", capture: "d", author: ANN, draft: true, bytes: new ArrayBuffer(1) });
  await put("files", { id: "r", capture: "e", author: "other", draft: false, bytes: new ArrayBuffer(1) });
  const file = JSON.parse(await exported(ANN));
  assert.deepEqual(
    file.files.map((one) => one.id),
    ["p", "q"],
  );
  assert.deepEqual(file.captures[0].fields[0], ["text", "été"]);
  assert.equal(Buffer.from(file.files[0].base64, "base64").toString(), "hi");
});

test("throwing away takes the photos along and tells everybody", async () => {
  let told = 0;
  onChange(() => {
    told += 1;
  });
  await put("files", { id: "p", capture: "a", author: ANN, draft: true });
  await keep(capture("a", { pairs: [["photo", "p"]], photos: ["p"] }));
  await discard("a");
  assert.deepEqual([await all("captures"), await all("files"), told], [[], [], 1]);
});

test("a failing change leaves the record as it was", async () => {
  await put("settings", { name: "x", n: 1 });
  await assert.rejects(
    update("settings", "x", () => {
      throw new Error("no");
    }),
  );
  await assert.rejects(
    write(["settings"], async (s) => {
      s.settings.put({ name: "x", n: 2 });
      throw new Error("no");
    }),
  );
  assert.equal((await get("settings", "x")).n, 1);
});
