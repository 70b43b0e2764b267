import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { wipe } from "./phone.js";

const { get, put } = await import("../../static/js/db.js");
const { counted, difference, prepare, stale } = await import("../../static/js/pack.js");

const ANN = "0a1b2c3d-0000-4000-8000-0000000000aa";
const listed = (url, hash) => ({ url, hash, kind: "visit", title: url, visit: null, form: null });

test("only what changed is fetched; what is no longer listed goes, unless a draft needs it", () => {
  const kept = new Map([
    ["/a", "1"],
    ["/b", "1"],
    ["/gone", "1"],
    ["/typed", "1"],
  ]);
  const { fetch, remove } = difference(
    kept,
    [listed("/a", "1"), listed("/b", "2"), listed("/c", "1")],
    new Set(["/typed"]),
  );
  assert.deepEqual([fetch.map((page) => page.url), remove], [["/b", "/c"], ["/gone"]]);
});

test("the pack is made by itself once a day, for each person, edition and language, and while something is missing", () => {
  const at = new Date(2026, 10, 24, 7).getTime();
  const now = new Date(2026, 10, 24, 23);
  const pack = { person: ANN, edition: "e", lang: "fr", at, pages: [{ ok: true }] };
  assert.equal(stale(pack, ANN, "e", now, "fr"), false);
  assert.equal(stale(pack, ANN, "e", now, "en"), true);
  assert.equal(stale(undefined, ANN, "e", now, "fr"), true);
  assert.equal(stale(pack, "other", "e", now, "fr"), true);
  assert.equal(stale(pack, ANN, "f", now, "fr"), true);
  assert.equal(stale(pack, ANN, "e", new Date(2026, 10, 25, 1), "fr"), true);
  assert.equal(stale({ ...pack, pages: [{ ok: false }] }, ANN, "e", now, "fr"), true);
});

test("the device's count: its own, or one that shows that the storage was wiped", () => {
  assert.deepEqual(counted(undefined, "d", 0), { id: "d", number: 0, wiped: false });
  assert.deepEqual(counted(undefined, "d", 12), { wiped: true });
  assert.deepEqual(counted({ number: 2 }, "d", 0), { id: "d", number: 2, wiped: false }); // written before the first pack
  assert.deepEqual(counted({ id: "d", number: 14 }, "d", 12), { id: "d", number: 14, wiped: false });
  assert.deepEqual(counted({ id: "old", number: 14 }, "d", 0), { id: "d", number: 0, wiped: false }); // somebody else had the phone
});

function phone(pages, { fail = () => false, ours = true } = {}) {
  const rows = new Map();
  const url = (asked) => new URL(asked.url ?? asked, "https://tournee.test").href;
  const cache = {
    keys: async () => [...rows.keys()].map((one) => ({ url: one })),
    match: async (asked) => rows.get(url(asked))?.clone(),
    put: async (asked, response) => {
      rows.set(url(asked), response);
    },
    delete: async (asked) => rows.delete(url(asked)),
  };
  globalThis.caches = { open: async () => cache, keys: async () => [] };
  globalThis.document = { documentElement: { lang: "fr", dataset: {} } };
  const asked = [];
  globalThis.fetch = async (path) => {
    asked.push(path);
    if (path === "/devices/renew") return Response.json({ device: "fresh" });
    if (path === "/pack") {
      const moment = new Date().toISOString();
      return Response.json({
        person: ANN,
        device: "d",
        last_number: phone.last ?? 0,
        list: "h",
        made: moment,
        clock: moment,
        today: "2026-11-24",
        expires: moment,
        pages: Object.entries(pages).map(([one, [hash]]) => listed(one, hash)),
      });
    }
    const urls = new URL(path, "https://tournee.test").searchParams.getAll("url");
    if (fail(urls)) throw new TypeError();
    const bodies = urls.filter((one) => pages[one]?.[1]).map((one) => [one, pages[one][1]]);
    return Response.json(Object.fromEntries(bodies), { headers: ours ? { "Tournee-Page": "e" } : {} });
  };
  return { rows, asked };
}
const body = (words) => `<html data-person="${ANN}">${words}`;

beforeEach(async () => {
  await wipe();
  await put("settings", { name: "lang", lang: "fr" });
  delete phone.last;
});

test("every page is fetched, read back and ticked; the next time only what changed", async () => {
  const pages = { "/today": ["1", body("a")], "/visits/v": ["2", body("b")] };
  const { rows } = phone(pages);
  const made = await prepare(ANN, "e");
  assert.equal(made.ok, true);
  assert.equal(rows.size, 2);
  assert.deepEqual(
    (await get("settings", "pack")).pages.map((page) => page.ok),
    [true, true],
  );
  assert.equal((await get("settings", `device ${ANN}`)).id, "d");
});

test("no page is kept before it is known until when it may be shown", async () => {
  let known;
  const day = phone(
    { "/today": ["1", body("a")] },
    {
      fail: () => {
        known ??= get("settings", "pack");
        return false;
      },
    },
  );
  await prepare(ANN, "e");
  assert.equal(day.rows.size, 1);
  assert.ok((await known).expires);
  assert.equal((await known).pages[0].ok, false);
});

test("many pages in one answer, and each answer that comes is kept", async () => {
  const pages = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`/visits/${n}`, ["1", body(String(n))]]));
  const { rows, asked } = phone(pages, { fail: (urls) => urls.includes("/visits/20") });
  const made = await prepare(ANN, "e");
  assert.equal(asked.filter((path) => path.startsWith("/pack/pages")).length, 3);
  assert.equal(made.ok, false);
  assert.equal(rows.size, 24);
  assert.deepEqual(
    made.pack.pages.filter((page) => !page.ok).map((page) => page.url),
    Array.from({ length: 16 }, (_, n) => `/visits/${n + 16}`),
  );
  assert.equal(await (await rows.get("https://tournee.test/visits/7")).text(), body("7"));
});

test("a page that does not come has no tick, and what is no longer listed stays until all is well", async () => {
  const broken = phone({ "/today": ["1", body("a")], "/visits/v": ["2", ""] });
  broken.rows.set("https://tournee.test/old", new Response("old"));
  const made = await prepare(ANN, "e");
  assert.equal(made.ok, false);
  assert.deepEqual(
    made.pack.pages.map((page) => page.ok),
    [true, false],
  );
  assert.equal(broken.rows.has("https://tournee.test/old"), true);
});

test("a page of somebody else gets no tick", async () => {
  const { rows } = phone({ "/today": ["1", '<html data-person="other">'], "/visits/v": ["2", body("b")] });
  assert.equal((await prepare(ANN, "e")).ok, false);
  assert.deepEqual([...rows.keys()], ["https://tournee.test/visits/v"]);
});

test("an answer without our header gives no page", async () => {
  const { rows } = phone({ "/today": ["1", body("a")] }, { ours: false });
  assert.equal((await prepare(ANN, "e")).ok, false);
  assert.equal(rows.size, 0);
});

test("somebody else's list is not taken", async () => {
  phone({});
  assert.deepEqual(await prepare("other", "e"), { ok: false, why: "other" });
});

test("a phone whose storage was wiped becomes a new device, and says so", async () => {
  phone.last = 12;
  const { asked } = phone({ "/today": ["1", body("a")] });
  const made = await prepare(ANN, "e");
  assert.equal(made.wiped, true);
  assert.ok(asked.includes("/devices/renew"));
  assert.deepEqual(await get("settings", `device ${ANN}`), { name: `device ${ANN}`, id: "fresh", number: 0 });
});
