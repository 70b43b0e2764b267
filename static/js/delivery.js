// Hands what the outbox holds to the server: one tab at a time, four at once, and nothing forgotten without a receipt.

import { all, done, get, put, update, write } from "./db.js";
import { changed } from "./outbox.js";
import { outcome } from "./outcome.js";
import { AT_ONCE, come, files as fileTurn, limit, pause, stubborn, captures as turn } from "./turns.js";

const BEAT = 5_000;
const FROZEN = 30_000;
const me = globalThis.crypto.getRandomValues(new Uint32Array(2)).join("-");

/** What a delivery is about, for the screen: {done, total, bytes, of, now} while it runs. */
export const progress = { running: false, done: 0, total: 0, sentBytes: 0, bytes: 0, current: new Set() };

let onList = () => {};
let onOnline = () => {};
let current = Promise.resolve();

/** `list(hash)` hears the server's hash of the person's list; `online(bool)` what was learnt about the network. */
export function hear({ list, online }) {
  onList = list;
  onOnline = online;
}

/** Whether the lock's holder is alive: its heartbeat is younger than 30 s. */
export const alive = (beat, now) => Boolean(beat) && Math.abs(now - beat.at) < FROZEN;

/**
 * Delivers what the author has waiting, if nobody else does. `force`: a person asked; waiting times and a resting
 * queue do not count. Resolves when this run is over.
 */
export function deliver(author, { force = false } = {}) {
  // What a person asks for comes after a run under way, which tries only what is due, and is not lost in it.
  const mine = (force ? current : Promise.resolve()).then(() => attempt(author, force));
  current = Promise.all([current, mine]).catch(() => {});
  return mine;
}

async function attempt(author, force) {
  if (!author || progress.running || (await get("settings", "sign-out"))) return;
  const queue = await get("settings", `queue ${author}`);
  if (!force && (queue?.rest || !come(queue?.until, Date.now()))) return;
  const items = await all("captures", author);
  if (!items.length && !(await all("files")).some((file) => file.author === author && !file.draft)) return;
  if (!navigator.locks) return run(author, force);
  const steal = !alive(await get("settings", "heartbeat"), Date.now());
  const got = await navigator.locks
    .request("tournee-delivery", { ifAvailable: true }, async (lock) => {
      if (lock) await run(author, force);
      return Boolean(lock);
    })
    .catch(() => true);
  // The holder may be frozen for ever: its lock is taken over. A delivery made twice is harmless, ids see to that.
  if (!got && steal)
    await navigator.locks.request("tournee-delivery", { steal: true }, () => run(author, force)).catch(() => {});
}

async function run(author, force) {
  if (progress.running) return;
  const beat = () => put("settings", { name: "heartbeat", at: Date.now(), holder: me });
  await beat();
  let mine = true;
  const timer = setInterval(async () => {
    if ((await get("settings", "heartbeat"))?.holder === me) beat();
    else mine = false; // we were frozen and another tab has taken over
  }, BEAT);
  Object.assign(progress, { running: true, done: 0, total: 0, sentBytes: 0, bytes: 0 });
  try {
    await work(author, force, () => mine);
  } finally {
    clearInterval(timer);
    progress.running = false;
    progress.current.clear();
    if (mine) await update("settings", "heartbeat", (record) => record && { ...record, at: 0 }).catch(() => {});
    changed({ delivered: true });
  }
}

async function work(author, force, mine) {
  let { captures, files } = await load(author);
  const running = new Map();
  const tried = new Set(); // in a run that a person asked for, each is tried once
  let stop = false;
  let passed = 0;
  let list = null;
  const due = () => {
    if (stop || !mine()) return [];
    const now = Date.now();
    const waiting = new Set(captures.filter((one) => one.state !== "held").map((one) => one.id));
    const going = [...running.values()].map((one) => one.item);
    const words = going.filter((one) => !one.taken);
    const photos = going.filter((one) => one.taken);
    const ready = [...turn(captures, words, now, force, tried), ...fileTurn(files, waiting, photos, now, force)];
    return ready.filter((item) => !tried.has(item.id));
  };
  for (;;) {
    const ready = due();
    progress.total = progress.done + running.size + ready.length;
    for (const item of ready.slice(0, AT_ONCE - running.size)) {
      tried.add(item.id);
      progress.current.add(item.id);
      const before = passed;
      running.set(item.id, { item, promise: send(item).then((answer) => ({ item, answer, before })) });
    }
    if (!running.size) {
      if (stop || !mine()) break;
      ({ captures, files } = await load(author)); // written meanwhile? What stands behind one that waits is not due.
      if (!due().length) break;
      continue;
    }
    changed({ progress: true });
    const { item, answer, before } = await Promise.race([...running.values()].map((one) => one.promise));
    running.delete(item.id);
    progress.current.delete(item.id);
    progress.done += 1;
    const verdict = outcome(item.id, answer, Date.now());
    if (answer.list) list = answer.list;
    onOnline(verdict.then !== "wait" || !verdict.whole || answer.status >= 400);
    // Without an answer the network is to blame, unless others passed meanwhile: then it is this one.
    const kept = await settle(item, verdict, answer, { blamed: !verdict.whole || passed > before, others: passed > 0 });
    if (item.taken)
      files = kept ? files.map((one) => (one.id === item.id ? kept : one)) : files.filter((one) => one.id !== item.id);
    else
      captures = kept
        ? captures.map((one) => (one.id === item.id ? kept : one))
        : captures.filter((one) => one.id !== item.id);
    if (["applied", "closed", "held"].includes(verdict.then)) {
      if (!passed++) await calm(author);
      // Others pass: what has failed again and again, and in this run too, is to blame itself.
      const failed = captures.filter((one) => tried.has(one.id) && !running.has(one.id) && stubborn(one) && !one.alone);
      for (const one of failed) one.alone = Boolean(await update("captures", one.id, lonely));
    } else if (verdict.then === "rest") {
      stop = true;
      await rest(author);
    } else if (verdict.whole) {
      stop = true;
      await trouble(author, verdict.wait);
    }
  }
  if (list) onList(list);
}

const lonely = (kept) => kept && { ...kept, alone: true };

async function load(author) {
  const [captures, files] = await Promise.all([all("captures", author), all("files")]);
  return { captures, files: files.filter((file) => file.author === author && !file.draft) };
}

async function send(item) {
  const body = new FormData(); // never URLSearchParams, which would make a text of a file
  let url = item.url;
  let bytes;
  if (item.taken) {
    url = `/captures/${item.capture}/files/${item.id}`;
    body.append("_author", item.author.split(" ").pop());
    body.append("file", new Blob([item.bytes], { type: item.type }), item.name);
    bytes = item.size;
  } else {
    for (const [name, value] of item.fields) body.append(name, value);
    bytes = JSON.stringify(item.fields).length;
  }
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limit(bytes));
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: abort.signal,
      cache: "no-store",
      headers: { "Capture-Id": item.id, Accept: "application/json" },
    });
    const header = (name) => response.headers.get(name);
    return {
      status: response.type === "opaqueredirect" ? 0 : response.status,
      receipt: header("Capture-Receipt"),
      retryAfter: header("Retry-After"),
      list: header("List-Hash"),
      says: await response.json().catch(() => ({})),
    };
  } catch {
    return { status: 0 };
  } finally {
    clearTimeout(timer);
  }
}

/** Writes down what the answer means; gives the item as it is now kept, or null where the phone may forget it. */
async function settle(item, verdict, answer, { blamed, others }) {
  const store = item.taken ? "files" : "captures";
  const now = Date.now();
  if (verdict.then === "applied" || verdict.then === "closed") {
    await write([store, "receipts", "captures"], async (s) => {
      s[store].delete(item.id);
      if (!item.taken && !item.author.startsWith("kiosk")) {
        s.receipts.put({
          id: item.id,
          author: item.author,
          label: item.label,
          kind: item.kind,
          code: verdict.code,
          state: verdict.then,
          reason: answer.says?.reason ?? "",
          recorded: item.recorded,
          delivered: now,
          mark: item.mark,
          visit: item.visit,
          client: item.client,
          status: item.status,
          page: item.page,
          seen: verdict.then !== "closed",
        });
        const old = item.corrects && (await done(s.captures.get(item.corrects.split("/")[0])));
        if (old?.state === "held") s.captures.put({ ...old, asked: 0 }); // its fate has just been decided: ask now
      }
    });
    return null;
  }
  return update(store, item.id, (kept) => {
    if (!kept) return null; // thrown away meanwhile
    if (verdict.then === "held")
      return {
        ...kept,
        state: "held",
        asked: now,
        code: verdict.code,
        tries: 0,
        reason: answer.says?.reason ?? "",
        messages: answer.says?.messages ?? {},
      };
    if (verdict.then === "refused")
      return {
        ...kept,
        state: "refused",
        asked: now,
        status_code: verdict.status,
        reason: answer.says?.reason ?? "",
        messages: answer.says?.messages ?? {},
      };
    if (verdict.then === "rest") return kept;
    if (!blamed) return kept;
    const tries = (kept.tries ?? 0) + 1;
    const alone = kept.alone || (others && stubborn({ tries }));
    return { ...kept, tries, alone, next: now + pause(tries, verdict.wait) };
  });
}

const name = (author) => `queue ${author}`;
const calm = (author) => update("settings", name(author), (queue) => (queue && { name: name(author) }) || null);
const rest = (author) => put("settings", { name: name(author), rest: true });
const trouble = (author, wait) =>
  update("settings", name(author), (queue) => {
    const tries = (queue?.tries ?? 0) + 1;
    return { name: name(author), tries, until: Date.now() + pause(tries, wait), asked: wait > 0 };
  });

/**
 * Lets the queue go on: the network is back, or (`signedIn`) its author has signed in again. What the server itself
 * asked to wait for is waited for.
 */
export const wake = (author, { signedIn = false } = {}) =>
  update("settings", name(author), (queue) => {
    if (!queue || queue.asked || (queue.rest && !signedIn)) return null;
    return { name: name(author) };
  });

/** Why nothing is sent just now: {rest, until}, or undefined. */
export const queueOf = (author) => get("settings", name(author));
