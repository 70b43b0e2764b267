// What is typed and not sent off: kept while typing, by person and page, and put back when the page is opened again.

import { done, get, read, write } from "./db.js";
import { collect, fill, uuid } from "./fields.js";
import { changed } from "./outbox.js";
import { t, when } from "./words.js";

const LATE = 500; // milliseconds; a draft is never more than a second behind

/** The key of a form's draft: person and page; on a blank page also its visit, and the address where a page has several. */
export function keyOf(person, location, form, several) {
  const visit = new URLSearchParams(location.search).get("visit");
  return `${person} ${location.pathname}${visit ? `?visit=${visit}` : ""}${several ? ` ${form.getAttribute("action")}` : ""}`;
}

/** The draft of a key; or what is known of an id that this page of the history has used: {id, used}. */
export async function opened(key, former) {
  const draft = await get("drafts", key);
  if (draft) return draft;
  if (!former) return { id: uuid() };
  const used = await read(
    ["captures", "receipts"],
    async (s) => (await done(s.captures.get(former))) ?? (await done(s.receipts.get(former))),
  );
  return { id: former, used };
}

/**
 * Keeps a form's draft from now on. `facts`: what the outbox page shows of it and needs to reopen it. Gives
 * {stop(), flush()}: after `stop` nothing more is written, so that a draft cannot come back behind its capture.
 */
export function watch(form, key, facts) {
  const line = document.querySelector("[data-draft-line]");
  let timer = 0;
  let stopped = false;
  const save = async () => {
    timer = 0;
    if (stopped) return;
    const saved = Date.now();
    try {
      await write(["drafts"], (s) => {
        if (!stopped) s.drafts.put({ ...facts, key, fields: collect(form), saved });
      });
      if (!stopped) say(line, t("Draft kept at {time}", { time: when(saved) }));
    } catch (error) {
      say(
        line,
        error?.name === "QuotaExceededError"
          ? t("This phone is full: the draft could not be kept. What you typed is still on the screen.")
          : t("The draft could not be kept. What you typed is still on the screen."),
      );
    }
    changed({ drafts: true });
  };
  const soon = () => {
    timer ||= setTimeout(save, LATE);
  };
  const flush = () => {
    if (timer) {
      clearTimeout(timer);
      return save();
    }
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) flush();
  });
  return {
    flush,
    stop() {
      stopped = true;
      clearTimeout(timer);
      timer = 0;
    },
    go() {
      stopped = false;
    },
  };
}

/** Puts a draft back into its form, with its rows, and says when it was kept. */
export async function restore(form, draft) {
  if (form.querySelector("template[data-row]")) (await import("./form-rows.js")).lay(form, draft.fields);
  fill(form, draft.fields);
  say(document.querySelector("[data-draft-line]"), t("Draft kept at {time}", { time: when(draft.saved) }));
}

/** Removes a draft and the photos that only it had. */
export async function forget(key) {
  await write(["drafts", "files"], async (s) => {
    const draft = await done(s.drafts.get(key));
    s.drafts.delete(key);
    if (!draft) return;
    for (const file of await done(s.files.index("capture").getAll(draft.id))) if (file.draft) s.files.delete(file.id);
  });
  changed({ drafts: true });
}

function say(line, text) {
  if (!line) return;
  (line.querySelector("[data-draft-words]") ?? line).textContent = text;
  line.hidden = false;
}
