import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const source = (name) => readFileSync(new URL(`../../static/js/${name}`, import.meta.url), "utf8");
const ORIGIN = "https://tournee.test";
const ANN = "0a1b2c3d-0000-4000-8000-0000000000aa";
const self = {};
vm.runInNewContext(source("sw-rules.js"), { self, URL, Headers });
const { rules } = self;

const request = (path, more = {}) => ({
  method: "GET",
  mode: "navigate",
  url: new URL(path, ORIGIN),
  headers: new Headers(),
  ...more,
});
const route = (path, more) => rules.route(request(path, more), ORIGIN);

test("the worker's ways", () => {
  assert.equal(route("/today"), "page");
  assert.equal(route("/outbox"), "edition");
  assert.equal(route("/offline"), "edition");
  assert.equal(route("/kiosk/"), "kiosk");
  assert.equal(route("/kiosk/?lang=en"), "kiosk");
  assert.equal(route("/kiosk/leave"), "page");
  assert.equal(route("/static/abc/js/app.js", { mode: "cors" }), "static");
  assert.equal(route("/forms/home-safety/abc.json", { mode: "cors" }), "json");
});

test("what is left to the network: writes, others' addresses, fragments, the pack's own requests, everything else", () => {
  for (const method of ["POST", "PUT", "DELETE", "HEAD"]) assert.equal(route("/today", { method }), null, method);
  assert.equal(route("https://elsewhere.test/today"), null);
  assert.equal(route("/reviews", { headers: new Headers({ "HX-Request": "true" }) }), null);
  assert.equal(route("/today", { mode: "cors", headers: new Headers({ "Tournee-Pack": "1" }) }), null);
  for (const path of ["/healthz", "/pack", "/captures/a/files/b"])
    assert.equal(route(path, { mode: "cors" }), null, path);
});

test("the query counts, except on blank pages and the one for a new visit", () => {
  const key = (path) => rules.key(new URL(path, ORIGIN));
  assert.equal(key("/forms/x/1/blank?visit=a"), "/forms/x/1/blank");
  assert.equal(key("/notes/free/blank?visit=a"), "/notes/free/blank");
  assert.equal(key("/visits/new?visit=a"), "/visits/new");
  assert.equal(key("/clients?q=a"), "/clients?q=a");
});

const answer = (status, headers = {}, more = {}) => ({
  status,
  redirected: false,
  type: "basic",
  headers: new Headers(headers),
  ...more,
});

test("only a page that is surely ours is stored", () => {
  const header = { "Tournee-Page": "abc" };
  assert.equal(rules.ours(answer(200, header)), true);
  assert.equal(rules.ours(answer(200)), false); // a hotel
  assert.equal(rules.ours(answer(404, header)), false);
  assert.equal(rules.ours(answer(200, header, { redirected: true })), false);
  assert.equal(rules.ours(answer(0, header, { type: "opaqueredirect" })), false);
});

test("our own word that a page is gone is believed, nobody else's", () => {
  assert.equal(rules.gone(answer(404, { "Tournee-Page": "abc" })), true);
  assert.equal(rules.gone(answer(404)), false);
  assert.equal(rules.gone(answer(500, { "Tournee-Page": "abc" })), false);
});

test("whose pack is shown: nobody's after a sign-out, while somebody signs in, or when it is too old", () => {
  const pack = { person: ANN, expires: 1000, offset: 0 };
  const who = { person: ANN };
  assert.equal(rules.shown({ who, pack }, 1000), ANN);
  assert.equal(rules.shown({ who, pack }, 1001), "");
  assert.equal(rules.shown({ who, pack: { ...pack, offset: 1 } }, 1000), ""); // the server's clock counts
  assert.equal(rules.shown({ who, pack, signOut: { at: 1 } }, 0), "");
  assert.equal(rules.shown({ who: { person: ANN, signing: 500 }, pack }, 600), "");
  assert.equal(rules.shown({ who: { person: ANN, signing: 0 }, pack: { ...pack, expires: 1e9 } }, rules.SIGNING), ANN);
  assert.equal(rules.shown({ who: null, pack }, 0), "");
  assert.equal(rules.shown({}, 0), "");
});

test("a kept page says its time, and is replaced only by one for the same person", () => {
  assert.equal(rules.marked('<!doctype html>\n<html lang="fr">', 5), '<!doctype html>\n<html data-kept="5" lang="fr">');
  assert.equal(rules.marked("<html >", '1" onload="x'), '<html data-kept="NaN" >');
  assert.equal(rules.replaces(`<html data-person="${ANN}">`, ANN), true);
  assert.equal(rules.replaces('<html data-person="">', ANN), false);
});

test("the files of an edition stay while a kept page or an open one needs them", () => {
  assert.deepEqual([...rules.needed("new", ["old", "older"], ["open"])], ["new", "old", "older", "open"]);
});

// --- the worker itself, over caches and a network of the test's -----------------------------------------------------

/** A channel that does not keep Node waiting when nobody answers. */
class Channel {
  port1 = {};
  port2 = { postMessage: (data) => queueMicrotask(() => this.port1.onmessage({ data })) };
}

function world({
  settings = {},
  drafts = {},
  fetch = async () => {
    throw new TypeError("no network");
  },
} = {}) {
  const stores = new Map();
  const cache = (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const rows = stores.get(name);
    const key = (asked) => new URL(asked.url ?? asked, ORIGIN).href;
    return {
      match: async (asked) => rows.get(key(asked))?.clone(),
      put: async (asked, response) => {
        rows.set(key(asked), response.clone());
      },
      keys: async () => [...rows.keys()].map((url) => ({ url })),
    };
  };
  const caches = {
    open: async (name) => cache(name),
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (asked) => {
      for (const name of stores.keys()) {
        const found = await cache(name).match(asked);
        if (found) return found;
      }
      return undefined;
    },
  };
  const heard = {};
  const scope = {
    rules,
    location: { origin: ORIGIN },
    skipped: 0,
    addEventListener: (type, listener) => {
      heard[type] = listener;
    },
    skipWaiting: async () => {
      scope.skipped += 1;
    },
    pages: [],
    registration: { waiting: null },
    clients: { claim: async () => {}, matchAll: async () => scope.pages },
  };
  const result = (value) => {
    const asked = {};
    queueMicrotask(() => {
      asked.result = value;
      asked.onsuccess();
    });
    return asked;
  };
  const indexedDB = {
    open: () =>
      result({
        close() {},
        transaction: () => ({ objectStore: (store) => ({ get: (key) => result({ settings, drafts }[store][key]) }) }),
      }),
  };
  const text = source("sw.js").replaceAll("__EDITION__", "new").replace('"__FILES__"', "'[\"js/app.js\"]'");
  vm.runInNewContext(text, {
    self: scope,
    caches,
    indexedDB,
    fetch,
    importScripts() {},
    URL,
    Headers,
    Request: class extends Request {
      constructor(url, init) {
        super(new URL(url, ORIGIN), init);
      }
    },
    Response,
    crypto,
    setTimeout,
    clearTimeout,
    MessageChannel: Channel,
    TextDecoder,
    Promise,
    Error,
    Date,
  });
  const waits = [];
  const send = async (path, more = {}) => {
    let given = null;
    const asked = { method: "GET", mode: "navigate", url: ORIGIN + path, headers: new Headers(), ...more };
    heard.fetch({
      request: asked,
      respondWith: (promise) => {
        given = promise;
      },
      waitUntil: (promise) => waits.push(promise),
    });
    return given && (await given);
  };
  const tell = async (type, data) => {
    let work;
    heard[type]({
      data,
      waitUntil: (promise) => {
        work = promise;
      },
    });
    await work;
  };
  return {
    stores,
    caches,
    cache,
    scope,
    send,
    tell,
    settled: async () => {
      for (let count = -1; count !== waits.length; ) {
        count = waits.length;
        await Promise.allSettled(waits);
      }
    },
  };
}

const page = (words, { kept = "1", edition = "new", person = ANN, status = 200 } = {}) =>
  new Response(`<html data-person="${person}">${words}`, {
    status,
    headers: { "Tournee-Page": edition, "Tournee-Kept": kept, "Content-Type": "text/html" },
  });
const signedIn = { who: { person: ANN }, pack: { person: ANN, expires: Date.now() + 1e6, offset: 0, pages: [] } };
const withPack = async (options = {}) => {
  const made = world({ settings: signedIn, ...options });
  await made.cache(`pack ${ANN} new`).put("/today", page("kept"));
  await made.cache("edition new").put("/offline", page("not here"));
  await made.cache("edition new").put("/outbox", page("outbox"));
  return made;
};

test("no network: the kept page, marked; a page that is not kept: what is", async () => {
  const { send } = await withPack();
  assert.match(await (await send("/today")).text(), /data-kept="1".*kept/);
  assert.match(await (await send("/clients")).text(), /not here/);
});

test("a note about a client whose case is here, or of which a draft is, is written on the blank page", async () => {
  const jeanne = "/clients/0a1b2c3d-0000-4000-8000-0000000000c1";
  const pack = { ...signedIn.pack, pages: [{ url: jeanne, ok: true }] };
  const other = jeanne.replace("c1", "c2");
  const drafts = { [`${ANN} ${other}/notes/soap`]: {} };
  const { send, cache } = await withPack({ settings: { ...signedIn, pack }, drafts });
  for (const format of ["free", "soap"]) await cache(`pack ${ANN} new`).put(`/notes/${format}/blank`, page(format));
  assert.match(await (await send(`${jeanne}/notes/free`)).text(), /data-kept="1".*free/);
  assert.match(await (await send(`${other}/notes/soap`)).text(), /data-kept="1".*soap/);
  assert.match(await (await send(`${other}/notes/free`)).text(), /not here/); // whose name nobody knows here
  assert.match(await (await send(`${jeanne}/notes/other`)).text(), /not here/);
});

test("while a newer edition waits, what was kept for it is shown already; before it is whole, it is not", async () => {
  const { cache, scope, send } = await withPack();
  await cache(`pack ${ANN} newer`).put("/today", page("fresher", { kept: "2", edition: "newer" }));
  await cache(`pack ${ANN} newer`).put("/visits/1", page("added since", { kept: "2", edition: "newer" }));
  assert.match(await (await send("/today")).text(), /data-kept="1".*kept/);
  scope.registration.waiting = {};
  assert.match(await (await send("/today")).text(), /data-kept="2".*fresher/);
  assert.match(await (await send("/visits/1")).text(), /added since/);
});

test("after a failure the network is not asked for a while", async () => {
  let asked = 0;
  const { send } = await withPack({
    fetch: async () => {
      asked += 1;
      throw new TypeError();
    },
  });
  await send("/today");
  await send("/today");
  assert.equal(asked, 1);
});

test("a network that is slow: the kept page within a second; the late one is there next time", async () => {
  let answered;
  const { send, settled } = await withPack({
    fetch: () =>
      new Promise((resolve) => {
        answered = resolve;
      }),
  });
  const begun = Date.now();
  assert.match(await (await send("/today")).text(), /kept/);
  assert.ok(Date.now() - begun < 1200);
  answered(page("fresh"));
  await settled();
  const again = send("/today");
  assert.match(await (await again).text(), /data-kept.*fresh/);
});

test("a hotel's page, a redirect and an error of somebody else's do not hide the kept page, nor replace it", async () => {
  for (const foreign of [
    new Response("<html>Hotel"),
    new Response("", { status: 302 }),
    new Response("bad", { status: 502 }),
  ]) {
    const { send, settled, cache } = await withPack({ fetch: async () => foreign });
    assert.match(await (await send("/today")).text(), /kept/);
    await settled();
    assert.match(await (await cache(`pack ${ANN} new`).match("/today")).text(), /kept/);
  }
});

test("a page made for somebody else is not stored in this person's pack", async () => {
  const { send, settled, cache } = await withPack({ fetch: async () => page("theirs", { person: "other" }) });
  await send("/today");
  await settled();
  assert.match(await (await cache(`pack ${ANN} new`).match("/today")).text(), /kept/);
});

test("our own 404 is believed, unless a draft needs the page", async () => {
  const gone = async () => page("gone", { status: 404 });
  assert.equal((await (await withPack({ fetch: gone })).send("/today")).status, 404);
  const { send } = await withPack({ fetch: gone, drafts: { [`${ANN} /today`]: {} } });
  assert.match(await (await send("/today")).text(), /kept/);
});

test("signed out: nothing of the pack, and the network is asked without credentials", async () => {
  let credentials;
  const { send } = await withPack({
    settings: { ...signedIn, "sign-out": { at: 1 } },
    fetch: async (asked) => {
      credentials = asked.credentials;
      throw new TypeError();
    },
  });
  assert.match(await (await send("/today")).text(), /not here/);
  assert.equal(credentials, "omit");
});

test("a POST, a fragment and a foreign address never reach the worker's hands", async () => {
  const { send } = await withPack();
  assert.equal(await send("/visits", { method: "POST" }), null);
  assert.equal(await send("/reviews", { headers: new Headers({ "HX-Request": "true" }) }), null);
  assert.equal(await send("/pack", { mode: "cors" }), null);
});

test("install takes the edition whole or fails", async () => {
  const good = async (path) =>
    String(path).startsWith("/static/")
      ? new Response("js", { headers: { "Content-Type": "text/javascript" } })
      : page("page");
  const { tell, stores } = world({ fetch: good });
  await tell("install");
  assert.deepEqual([...stores.get("edition new").keys()].map((url) => new URL(url).pathname).sort(), [
    "/offline",
    "/outbox",
    "/static/new/js/app.js",
  ]);
  for (const bad of [
    new Response("<html>Hotel", { headers: { "Content-Type": "text/html" } }),
    new Response("", { status: 404 }),
  ]) {
    const broken = world({ fetch: async (path) => (String(path).endsWith("app.js") ? bad : good(path)) });
    await assert.rejects(broken.tell("install"));
  }
  const hotel = world({
    fetch: async (path) => (String(path).startsWith("/static/") ? good(path) : new Response("<html>Hotel")),
  });
  await assert.rejects(hotel.tell("install"));
});

test("a new edition takes the pack along and leaves the old one's files, which it needs", async () => {
  const { tell, stores, cache } = world({ settings: signedIn });
  await cache(`pack ${ANN} old`).put("/today", page("kept", { edition: "old" }));
  await cache("edition old").put("/static/old/js/app.js", new Response("js"));
  await cache("edition older").put("/static/older/js/app.js", new Response("js"));
  await tell("activate");
  assert.equal(stores.has(`pack ${ANN} old`), false);
  assert.match(await (await cache(`pack ${ANN} new`).match("/today")).text(), /kept/);
  await cache("edition new").put("/outbox", page("outbox"));
  await tell("message", { type: "clean" });
  assert.deepEqual([...stores.keys()].filter((name) => name.startsWith("edition")).sort(), [
    "edition new",
    "edition old",
  ]);
});

test("it takes over only when every open page says that nothing is in the middle", async () => {
  const open = (busy) => ({ postMessage: (_message, [port]) => port.postMessage({ busy, edition: "old" }) });
  for (const [pages, skipped] of [
    [[open(false), open(true)], 0],
    [[open(false)], 1],
    [[], 1],
    [[{ postMessage() {} }], 0],
  ]) {
    const { tell, scope } = world();
    scope.pages = pages;
    await tell("message", { type: "take-over" });
    assert.equal(scope.skipped, skipped);
  }
});
