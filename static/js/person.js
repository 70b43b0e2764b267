// Whose phone this is just now: who signed in last, and the mark that a sign-out leaves while there is no network.

import { done, get, put, read, remove, write } from "./db.js";

const root = globalThis.document?.documentElement;

/** The person that the page says is signed in; empty on pages of the edition and for guests. */
export const onPage = root?.dataset.person || "";
export const kiosk = root && "kiosk" in root.dataset ? `kiosk ${root.dataset.kiosk}`.trim() : "";

/** The time at which the worker kept this page, or null where it came from the server just now. */
export const keptAt = root?.dataset.kept ? Number(root.dataset.kept) : null;

/** Who may see and send what is on this phone: {person, name}, or null after a sign-out. */
export async function who() {
  const [found, mark] = await read(["settings"], (s) =>
    Promise.all([done(s.settings.get("who")), done(s.settings.get("sign-out"))]),
  );
  return mark || !found?.person ? null : found;
}

/** A page came from the server for somebody: they are who this phone belongs to now. Another one's pack goes. */
export async function arrived(person) {
  const before = await get("settings", "who");
  if (before?.person === person && !before.signing) return false;
  await write(
    ["settings"],
    (s) => {
      s.settings.put({ name: "who", person });
      if (before?.person !== person) s.settings.delete("pack");
    },
    "strict",
  );
  if (before?.person !== person) await dropPacks(person);
  return true;
}

/** Deletes the kept pages of everybody but one. */
export async function dropPacks(but = "") {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) {
    if (name.startsWith("pack ") && name.split(" ")[1] !== but) await caches.delete(name);
  }
}

/** Somebody is about to sign in, perhaps somebody else: for a minute no kept page is shown instead of theirs. */
export const signing = async () => {
  const before = await get("settings", "who");
  if (before) await put("settings", { ...before, signing: Date.now() });
};

/** Signs out on this phone: pages go, outbox and drafts stay unseen; the server hears of it first thing. */
export async function leave() {
  await write(
    ["settings"],
    (s) => {
      s.settings.put({ name: "sign-out", at: Date.now() });
      s.settings.delete("who");
      s.settings.delete("pack");
    },
    "strict",
  );
  await dropPacks();
}

/** While the mark stands: tells the server to end the session, and takes the mark away once it says that nobody is signed in. */
export async function finishLeaving() {
  if (!(await get("settings", "sign-out"))) return true;
  try {
    await fetch("/sign-out", {
      method: "POST",
      redirect: "manual",
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(10_000),
    });
    const answer = await fetch("/pack", { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (answer.status !== 401 || (await answer.json()).error !== "sign-in") return false;
  } catch {
    return false;
  }
  await remove("settings", "sign-out");
  return true;
}
