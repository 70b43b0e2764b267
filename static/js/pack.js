// The pack: the pages of a person's day, fetched where they changed, read back, and only then ticked.

import { all, done, get, put, write } from "./db.js";
import { sha256 } from "./fields.js";
import { changed } from "./outbox.js";

const AT_ONCE = 2;
const GROUP = 16; // pages in one answer, as many as the server gives
const LIMIT = 20_000;
const EDITION_PAGES = ["/outbox", "/offline"];

export const cacheName = (person, edition) => `pack ${person} ${edition}`;

/** What is to be done so that the kept pages ({url: hash}) become the listed ones: {fetch, remove}. */
export function difference(kept, listed, needed = new Set()) {
  const urls = new Set(listed.map((page) => page.url));
  return {
    fetch: listed.filter((page) => kept.get(page.url) !== page.hash),
    remove: [...kept.keys()].filter((url) => !urls.has(url) && !needed.has(url)),
  };
}

/** Whether the pack has to be made by itself: none yet, of somebody else, another edition or language, or not of this day. */
export function stale(pack, person, edition, now, lang) {
  return (
    !pack ||
    pack.person !== person ||
    pack.lang !== lang ||
    pack.edition !== edition ||
    new Date(pack.at).toDateString() !== now.toDateString() ||
    pack.pages.some((page) => !page.ok)
  );
}

/** The phone's count for a device that the server names: {id, number}, and whether its storage must have been wiped. */
export function counted(kept, device, lastNumber) {
  if (kept?.id === device) return { id: device, number: Math.max(kept.number, lastNumber), wiped: false };
  if (!kept?.id && lastNumber > 0) return { wiped: true };
  return { id: device, number: kept?.id ? lastNumber : Math.max(kept?.number ?? 0, lastNumber), wiped: false };
}

let making = null;

/** Makes the pack; calls `tell({done, total, pack})` on the way. Gives {ok, why, pack, wiped}. One at a time. */
export function prepare(person, edition, tell = () => {}) {
  making ??= make(person, edition, tell).finally(() => {
    making = null;
  });
  return making;
}

async function make(person, edition, tell) {
  if (!globalThis.caches) return { ok: false, why: "unable" };
  const asked = Date.now();
  let list;
  try {
    const answer = await ask("/pack");
    if (answer.status === 401) return { ok: false, why: "sign-in" };
    if (!answer.ok || !(answer.headers.get("Content-Type") ?? "").includes("json"))
      return { ok: false, why: "network" };
    list = await answer.json();
  } catch {
    return { ok: false, why: "network" };
  }
  if (list.person !== person) return { ok: false, why: "other" };
  const offset = Math.round(Date.parse(list.clock) - (asked + Date.now()) / 2); // the server's clock against the phone's
  const wiped = await device(person, list);
  const cache = await caches.open(cacheName(person, edition));
  const kept = new Map();
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    kept.set(url.pathname + url.search, (await cache.match(request)).headers.get("Tournee-Hash"));
  }
  const { fetch: missing, remove } = difference(kept, list.pages, await draftPages(person));
  const ok = new Set(list.pages.filter((page) => !missing.includes(page)).map((page) => page.url));
  const pack = () => ({
    name: "pack",
    person,
    edition,
    lang: document.documentElement.lang,
    list: list.list,
    made: list.made,
    expires: Date.parse(list.expires),
    today: list.today,
    offset,
    at: asked,
    pages: list.pages.map((page) => ({ ...page, ok: ok.has(page.url) })),
  });
  await put("settings", pack()); // what is kept from now on has its end date, whatever becomes of this page
  let count = 0;
  const queue = [...missing];
  const one = async () => {
    for (let group = queue.splice(0, GROUP); group.length; group = queue.splice(0, GROUP)) {
      for (const url of await fetched(cache, group, person).catch(() => [])) ok.add(url);
      count += group.length;
      tell({ done: count, total: missing.length, pack: pack() });
    }
  };
  tell({ done: 0, total: missing.length, pack: pack() });
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const whole = ok.size === list.pages.length;
  if (whole) for (const url of remove) await cache.delete(url);
  const made = pack();
  await put("settings", made);
  await language(edition);
  await persist();
  navigator.serviceWorker?.controller?.postMessage({ type: "clean" });
  changed({ pack: true });
  return { ok: whole, why: whole ? "" : "network", pack: made, wiped };
}

const ask = (url) =>
  fetch(url, {
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(LIMIT),
    headers: { Accept: "application/json, text/html;q=0.9", "Tournee-Pack": "1" },
  });

/** Fetches some pages in one answer; gives the addresses of those that are surely ours and this person's, and kept. */
async function fetched(cache, pages, person) {
  const answer = await ask(`/pack/pages?${new URLSearchParams(pages.map((page) => ["url", page.url]))}`);
  if (answer.status !== 200 || answer.redirected || !answer.headers.get("Tournee-Page")) return [];
  const bodies = await answer.json();
  const kept = await Promise.all(pages.map((page) => keep(cache, page, person, answer, bodies[page.url])));
  return pages.filter((_page, at) => kept[at]).map((page) => page.url);
}

/** Keeps one page and reads it back. */
async function keep(cache, page, person, answer, text) {
  const json = page.kind === "form";
  if (typeof text !== "string" || !(json || text.includes(`data-person="${person}"`))) return false;
  const body = new TextEncoder().encode(text);
  const kept = keepable(answer, body, (await sha256(body)).slice(0, 16));
  kept.headers.set("Content-Type", json ? "application/json" : "text/html; charset=utf-8");
  await cache.put(page.url, kept);
  return (await (await cache.match(page.url)).arrayBuffer()).byteLength === body.byteLength;
}

/** The answer as it is kept: its own headers, its hash and this phone's time. */
export function keepable(answer, body, hash, now = Date.now()) {
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Set-Cookie"]) headers.delete(name);
  headers.set("Tournee-Hash", hash);
  headers.set("Tournee-Kept", String(now));
  return new Response(body, { status: 200, headers });
}

/** Pages that a draft needs stay, also when they are no longer listed. */
async function draftPages(person) {
  return new Set((await all("drafts", person)).flatMap((draft) => [draft.path, draft.form].filter(Boolean)));
}

/** Takes the device's id and count from the list; where the storage was wiped, becomes a new device. */
async function device(person, list) {
  const name = `device ${person}`;
  const found = counted(await get("settings", name), list.device, list.last_number);
  let { id, number } = found;
  if (found.wiped) {
    const answer = await fetch("/devices/renew", {
      method: "POST",
      redirect: "manual",
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) return true;
    id = (await answer.json()).device;
    number = 0;
  }
  await write(["settings"], async (s) => {
    const now = await done(s.settings.get(name));
    if (now?.id === id && now.number >= number) return;
    s.settings.put({ name, id, number: now?.id === id || !now?.id ? Math.max(number, now?.number ?? 0) : number });
  });
  return found.wiped;
}

/** The outbox and the "not on this phone" page speak the person's language. */
async function language(edition) {
  const lang = document.documentElement.lang;
  if ((await get("settings", "lang"))?.lang === lang) return;
  const cache = await caches.open(`edition ${edition}`);
  for (const url of EDITION_PAGES) {
    const answer = await fetch(`${url}?lang=${lang}`, {
      credentials: "omit",
      redirect: "manual",
      cache: "no-store",
      headers: { "Tournee-Pack": "1" },
    });
    if (answer.status === 200 && answer.headers.get("Tournee-Page") === edition) await cache.put(url, answer);
    else return;
  }
  await put("settings", { name: "lang", lang });
}

/** Asks the phone not to throw this site's storage away. */
export async function persist() {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  } catch {
    return false;
  }
}

/** What the phone says about room: {usage, quota, persisted}, unknown values are null. */
export async function room() {
  try {
    const [{ usage, quota }, persisted] = await Promise.all([
      navigator.storage.estimate(),
      navigator.storage.persisted(),
    ]);
    return { usage, quota, persisted };
  } catch {
    return { usage: null, quota: null, persisted: null };
  }
}
