// The worker: GET only, own origin only. It reads; pages write. Served at /sw.js with edition and files filled in.

const EDITION = "__EDITION__";
const FILES = JSON.parse("__FILES__");
const STATIC = `/static/${EDITION}/`;
importScripts(`${STATIC}js/sw-rules.js`);

const rules = self.rules;
const own = `edition ${EDITION}`;
let skipUntil = 0; // after a failure the network is not asked for a while

// --- life: take the edition whole; wait; take over when nobody is in the middle of something -----------------------

self.addEventListener("install", (event) => event.waitUntil(install()));

async function install() {
  const cache = await caches.open(own);
  const lang = (await settings(["lang"])).lang;
  const query = lang ? `?lang=${lang.lang}` : "";
  await Promise.all([
    ...FILES.map(async (path) => {
      const response = await fetch(STATIC + path);
      if (
        response.status !== 200 ||
        response.redirected ||
        (response.headers.get("Content-Type") || "").includes("text/html")
      )
        throw new Error(`not our file: ${path}`);
      await cache.put(STATIC + path, response);
    }),
    ...rules.EDITION_PAGES.map(async (path) => {
      const response = await fetch(path + query, { cache: "no-store", credentials: "omit" });
      if (!rules.ours(response) || response.headers.get("Tournee-Page") !== EDITION)
        throw new Error(`not our page: ${path}`);
      await cache.put(path, response);
    }),
  ]);
}

self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  for (const name of await caches.keys()) {
    const [kind, person, edition] = name.split(" ");
    if (kind !== "pack" || edition === EDITION) continue;
    const to = await caches.open(`pack ${person} ${EDITION}`); // the pack goes along
    const from = await caches.open(name);
    for (const request of await from.keys())
      if (!(await to.match(request))) await to.put(request, await from.match(request));
    await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("message", (event) => {
  const type = event.data?.type;
  if (type === "take-over") event.waitUntil(takeOver());
  if (type === "clean") event.waitUntil(clean());
});

/** Asks every open page; {busy, edition} of each, busy where one does not answer within a second. */
async function askPages() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return Promise.all(
    pages.map(
      (page) =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          const timer = setTimeout(() => resolve({ busy: true, silent: true }), 1000);
          port1.onmessage = (event) => {
            clearTimeout(timer);
            resolve(event.data);
          };
          page.postMessage({ type: "busy?" }, [port2]);
        }),
    ),
  );
}

async function takeOver() {
  if (!(await askPages()).some((page) => page.busy)) await self.skipWaiting();
}

/** Removes the files of editions that no kept page and no open page needs. */
async function clean() {
  const pages = await askPages();
  if (pages.some((page) => page.silent)) return;
  const kept = [];
  for (const name of await caches.keys()) {
    if (!/^(pack|kiosk)/.test(name)) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) kept.push((await cache.match(request)).headers.get("Tournee-Page"));
  }
  const needed = rules.needed(
    EDITION,
    kept,
    pages.map((page) => page.edition),
  );
  for (const name of await caches.keys()) {
    if (name.startsWith("edition ") && !needed.has(name.slice(8))) await caches.delete(name);
  }
}

// --- requests -----------------------------------------------------------------------------------------------------

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const way = rules.route(
    { method: request.method, mode: request.mode, url, headers: request.headers },
    self.location.origin,
  );
  if (way === "static") event.respondWith(fromEdition(request));
  else if (way === "edition") event.respondWith(editionPage(url.pathname, request));
  else if (way === "kiosk") event.respondWith(kioskPage(event, request, url));
  else if (way === "json") event.respondWith(definition(request, url));
  else if (way === "page") event.respondWith(page(event, request, url));
});

async function fromEdition(request) {
  return (await caches.match(request)) || fetch(request);
}

async function editionPage(path, request) {
  const kept = (await (await caches.open(own)).match(path)) || (await caches.match(path));
  return kept || fetch(request);
}

/** A form's definition never changes under its address: a kept one first. */
async function definition(request, url) {
  return (await caches.match(url.pathname)) || fetch(request);
}

/** The kiosk's page has no end date; its second language is the same page under ?lang=. */
async function kioskPage(event, request, url) {
  const cache = await caches.open("kiosk");
  const path = rules.key(url);
  const kept = (await cache.match(path)) || (await cache.match("/kiosk/"));
  const network = quick(request);
  event.waitUntil(
    network.then(
      async (response) => {
        if (!rules.ours(response)) return;
        const fresh = response.clone();
        const text = await response.clone().text();
        if (text.includes("data-kiosk=")) await cache.put(path, fresh);
      },
      () => {},
    ),
  );
  if (!kept) return network.catch(() => editionPage("/offline", request));
  const first = await race(network, rules.FAST);
  return first && (rules.ours(first) || rules.gone(first)) ? first : kept;
}

async function page(event, request, url) {
  const known = await settings(["who", "sign-out", "pack"]);
  const signOut = known["sign-out"];
  const asked = signOut
    ? new Request(request.url, {
        mode: "same-origin",
        credentials: "omit",
        redirect: "manual",
        headers: { Accept: "text/html" },
      })
    : request;
  const person = rules.shown({ who: known.who, pack: known.pack, signOut }, Date.now());
  const cache = person && (await caches.open(`pack ${person} ${EDITION}`));
  const path = rules.key(url);
  const kept = cache && ((await newest(cache, person, path)) || (await standIn(cache, person, path, known.pack)));
  if (!kept) return quick(asked, rules.SLOW).catch(() => missing(request, url));
  if (Date.now() < skipUntil) return shownKept(kept);
  const failed = () => {
    skipUntil = Date.now() + rules.SKIP;
  };
  const slow = setTimeout(failed, rules.SLOW); // an answer that comes later still is kept for next time
  const network = fetch(asked).then(
    (response) => {
      clearTimeout(slow);
      skipUntil = 0;
      if (rules.ours(response)) event.waitUntil(renew(cache, path, response.clone(), person));
      return response;
    },
    () => {
      clearTimeout(slow);
      failed();
      return null;
    },
  );
  event.waitUntil(network);
  const first = await race(network, rules.FAST);
  if (first && rules.ours(first)) return first;
  if (first && rules.gone(first) && !(await drafted(person, path))) return first;
  return shownKept(kept);
}

/** The kept page; while a newer edition waits (whole, then), pages may have been kept for that one already. */
async function newest(cache, person, path) {
  const found = [await cache.match(path)];
  if (self.registration.waiting)
    for (const name of await caches.keys())
      if (name.startsWith(`pack ${person} `)) found.push(await (await caches.open(name)).match(path));
  const age = (page) => Number(page.headers.get("Tournee-Kept"));
  return found.filter(Boolean).sort((a, b) => age(b) - age(a))[0];
}

/** The blank page in place of a note about somebody whose case or visit is on this phone, or of whom a draft is. */
async function standIn(cache, person, path, pack) {
  const blank = rules.blank(path);
  if (!blank || !(rules.listed(pack, path.split("/notes/")[0]) || (await drafted(person, path)))) return null;
  return newest(cache, person, blank);
}

/** A page that is not here: what is; on a kiosk never anything but its survey. */
async function missing(request, url) {
  const survey = url.pathname.startsWith("/kiosk/") && (await (await caches.open("kiosk")).match("/kiosk/"));
  return survey || editionPage("/offline", request);
}

/** The network's answer within a limit; a failure is thrown. */
function quick(request, limit = rules.SLOW) {
  return Promise.race([fetch(request), new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), limit))]);
}

/** The answer if it comes in time, else null. */
function race(network, limit) {
  return Promise.race([network.catch(() => null), new Promise((resolve) => setTimeout(resolve, limit, null))]);
}

async function shownKept(kept) {
  const headers = new Headers(kept.headers);
  return new Response(rules.marked(await kept.text(), kept.headers.get("Tournee-Kept")), { headers });
}

/** A fresh page replaces the kept one for next time, if it was made for the same person and they are still here. */
async function renew(cache, path, response, person) {
  const body = await response.arrayBuffer();
  if (!rules.replaces(new TextDecoder().decode(body), person)) return;
  const known = await settings(["who", "sign-out", "pack"]);
  if (rules.shown({ who: known.who, pack: known.pack, signOut: known["sign-out"] }, Date.now()) !== person) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body)).slice(0, 8);
  const kept = keepable(response, body);
  kept.headers.set("Tournee-Hash", [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  await cache.put(path, kept);
}

function keepable(response, body) {
  const headers = new Headers(response.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  headers.set("Tournee-Kept", String(Date.now()));
  return new Response(body, { status: 200, headers });
}

// --- what the pages wrote down; the worker only reads ----------------------------------------------------------------

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("tournee");
    request.onupgradeneeded = () => request.transaction.abort(); // not there yet: it is the page's to make
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function get(db, store, key) {
  return new Promise((resolve, reject) => {
    const request = db.transaction(store).objectStore(store).get(key);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function settings(names) {
  let db;
  try {
    db = await database();
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await get(db, "settings", name)])));
  } catch {
    return {}; // nobody is known: nothing personal is shown
  } finally {
    if (db) db.close();
  }
}

async function drafted(person, path) {
  let db;
  try {
    db = await database();
    return Boolean(await get(db, "drafts", `${person} ${path}`));
  } catch {
    return false;
  } finally {
    if (db) db.close();
  }
}
