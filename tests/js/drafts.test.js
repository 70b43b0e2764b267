import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { form, wipe } from "./phone.js";

const heard = {};
globalThis.addEventListener = (type, listener) => {
  heard[type] = listener;
};
globalThis.document = {
  querySelector: () => null,
  addEventListener: (type, listener) => {
    heard[type] = listener;
  },
  hidden: true,
};
const { all, get, put } = await import("../../static/js/db.js");
const { forget, keyOf, opened, watch } = await import("../../static/js/drafts.js");

const KEY = "ann /visits/v/notes/free";
function typing() {
  const made = form([{ name: "text", value: "" }]);
  const own = {};
  made.addEventListener = (type, listener) => {
    own[type] = listener;
  };
  made.type = (words) => {
    made.elements[0].value = words;
    own.input();
  };
  return made;
}
const written = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

beforeEach(wipe);

test("a draft belongs to a person and a page, not to a form", () => {
  const at = (pathname, search = "") => ({ pathname, search });
  assert.equal(keyOf("ann", at("/visits/v/notes/free"), form([])), KEY);
  assert.equal(keyOf("ann", at("/notes/free/blank", "?visit=v"), form([])), "ann /notes/free/blank?visit=v");
  assert.notEqual(
    keyOf("ann", at("/visits/v"), form([], { action: "/a" }), true),
    keyOf("ann", at("/visits/v"), form([], { action: "/b" }), true),
  );
});

test("the id stays: of the draft, else of this page's entry in the history, else a new one", async () => {
  await put("drafts", { key: KEY, id: "d", person: "ann", fields: [] });
  assert.equal((await opened(KEY, "h")).id, "d");
  await forget(KEY);
  assert.deepEqual(await opened(KEY, "h"), { id: "h", used: undefined });
  assert.match((await opened(KEY)).id, /^[0-9a-f-]{36}$/);
  await put("captures", { id: "h", author: "ann", recorded: 5 });
  assert.equal((await opened(KEY, "h")).used.recorded, 5);
});

test("what is typed is on disk within half a second, however fast somebody types", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const made = typing();
  watch(made, KEY, { id: "d", person: "ann" });
  made.type("a");
  mock.timers.tick(300);
  made.type("ab");
  mock.timers.tick(200);
  mock.timers.reset();
  await written();
  assert.deepEqual((await get("drafts", KEY)).fields, [["text", "ab"]]);
});

test("a page that goes away writes at once", async () => {
  const made = typing();
  watch(made, KEY, { id: "d", person: "ann" });
  made.type("half a sen");
  await heard.pagehide();
  assert.deepEqual((await get("drafts", KEY)).fields, [["text", "half a sen"]]);
});

test("a draft does not come back behind its capture", async () => {
  const made = typing();
  const draft = watch(made, KEY, { id: "d", person: "ann" });
  made.type("sent");
  draft.stop();
  await heard.pagehide();
  await written();
  assert.deepEqual(await all("drafts"), []);
});

test("a draft that is thrown away takes its own photos along, not those of a capture", async () => {
  await put("drafts", { key: KEY, id: "d", person: "ann", fields: [] });
  await put("files", { id: "p", capture: "d", draft: true });
  await put("files", { id: "q", capture: "d", draft: false });
  await forget(KEY);
  assert.deepEqual(
    (await all("files")).map((file) => file.id),
    ["q"],
  );
});
