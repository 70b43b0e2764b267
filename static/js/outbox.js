// The outbox on disk: a capture is written first and sent second. Numbers are given where they are written.

import { all, done, read, write } from "./db.js";
import { mark, stamp } from "./fields.js";

const channel = globalThis.BroadcastChannel ? new BroadcastChannel("tournee") : null;
const listeners = new Set();
channel?.addEventListener("message", (event) => {
  for (const listener of listeners) listener(event.data);
});

/** Tells every tab of this phone that what is kept has changed. */
export function changed(what = {}) {
  for (const listener of listeners) listener(what);
  channel?.postMessage(what);
}

/** Calls the listener at every change, of this tab and of others. */
export const onChange = (listener) => {
  listeners.add(listener);
};

/**
 * Keeps a capture: one transaction on disk writes it with its number, releases its photos and removes its draft.
 *
 * Gives the capture; with `again` where its id had been kept or received before with the same content; null where the
 * same id was used for other content, so that the caller takes a new one. Throws (QuotaExceededError and others) with
 * nothing changed.
 */
export async function keep({ draft: draftKey, replaces, pairs, photos: chosen = [], ...capture }) {
  const content = mark(pairs);
  const now = new Date();
  const counter = `device ${capture.author}`; // each person has a device, and so a count, of their own on this phone
  return write(
    ["captures", "files", "drafts", "receipts", "settings"],
    async (s) => {
      const [before, receipt, device, taken, left, found] = await Promise.all([
        done(s.captures.get(capture.id)),
        done(s.receipts.get(capture.id)),
        done(s.settings.get(counter)),
        done(s.files.index("capture").getAll(capture.id)),
        done(s.files.index("capture").getAll(replaces ?? "")),
        Promise.all(chosen.filter(Boolean).map((id) => done(s.files.get(id)))),
      ]);
      const known = before ?? receipt;
      if (known) {
        if (known.mark !== content) return null;
        if (draftKey) s.drafts.delete(draftKey);
        return { ...known, again: true };
      }
      const files = found.filter(Boolean);
      const removed = [...taken.filter((file) => file.draft), ...left].filter((file) => !chosen.includes(file.id));
      for (const file of removed) s.files.delete(file.id);
      // Also a photo that an earlier capture has not delivered: where that one is corrected, it may never arrive.
      for (const file of files)
        s.files.put({ ...file, capture: capture.id, draft: false, state: "waiting", label: capture.label });
      const number = (device?.number ?? 0) + 1;
      s.settings.put({ ...device, name: counter, number });
      const declared = files.map(({ id, name, size, sha256 }) => ({ id, name, size, sha256 }));
      const record = {
        ...capture,
        number,
        mark: content,
        recorded: now.getTime(),
        state: "waiting",
        tries: 0,
        device: device?.id ?? "",
        photos: files.length,
        fields: [
          ...pairs,
          ["_v", "1"],
          ["_author", capture.author.split(" ").pop()],
          ["_label", capture.label],
          ["_device", device?.id ?? ""],
          ["_number", String(number)],
          ["_recorded", stamp(now)],
          ["_zone", Intl.DateTimeFormat().resolvedOptions().timeZone ?? ""],
          ["_files", JSON.stringify(declared)],
        ],
      };
      s.captures.put(record);
      if (draftKey) s.drafts.delete(draftKey);
      if (replaces) s.captures.delete(replaces);
      return record;
    },
    "strict",
  );
}

/** What the phone holds for a person: {captures, files, drafts, receipts}, each newest last. */
export const holdings = (person) =>
  read(["captures", "files", "drafts", "receipts"], async (s) => {
    const of = (store, index) => done(s[store].index(index).getAll(person));
    const [captures, drafts, receipts, files] = await Promise.all([
      of("captures", "author"),
      of("drafts", "person"),
      of("receipts", "author"),
      done(s.files.getAll()),
    ]);
    captures.sort((a, b) => a.number - b.number);
    receipts.sort((a, b) => a.delivered - b.delivered);
    return { captures, drafts, receipts, files: files.filter((file) => file.author === person && !file.draft) };
  });

/** Throws a capture and its photos away. Only a person may ask for this, twice asked. */
export async function discard(id) {
  await write(
    ["captures", "files"],
    async (s) => {
      s.captures.delete(id);
      for (const key of await done(s.files.index("capture").getAllKeys(id))) s.files.delete(key);
    },
    "strict",
  );
  changed();
}

/** Everything that waits for the person as one JSON text, drafts too, photos in base64: to be carried by hand. */
export async function exported(person) {
  const { captures, drafts } = await holdings(person);
  const files = (await all("files")).filter((file) => file.author === person);
  return JSON.stringify(
    {
      format: "tournee-outbox-1",
      exported: stamp(new Date()),
      person,
      captures,
      drafts,
      files: files.map(({ bytes, ...file }) => ({ ...file, base64: base64(bytes) })),
    },
    null,
    1,
  );
}

function base64(bytes) {
  let text = "";
  const view = new Uint8Array(bytes ?? []);
  for (let i = 0; i < view.length; i += 8192) text += String.fromCharCode(...view.subarray(i, i + 8192));
  return btoa(text);
}
