// A field form on the page: its id, its draft, and its submit: written down first, sent second.

import { get } from "./db.js";
import { deliver } from "./delivery.js";
import { keyOf, opened, restore, watch } from "./drafts.js";
import { collect, NOBODY, uuid, writable } from "./fields.js";
import { changed, keep } from "./outbox.js";
import { draw, element, net, notice, say } from "./status.js";
import { t, when } from "./words.js";

const PATIENCE = 800; // ms that a page with reception waits for the receipt before it goes on
const states = new Map();

/** Whether a form on this page holds something that is typed and not sent off; a new edition then waits. */
export const busy = () => [...states.values()].some((state) => state.sending || state.typed);

/** Opens a form: gives it an id, puts its draft back, keeps drafts from now on (`drafts`: not on a kiosk). */
export function openForm(form, author, { drafts = true, several = false } = {}) {
  const state = { id: "", author, sending: false, typed: false };
  states.set(form, state);
  state.ready = prepare(form, state, drafts, several);
  form.addEventListener("input", () => {
    state.typed = true;
  });
  return state;
}

async function prepare(form, state, drafts, several) {
  if (form.getAttribute("action")?.includes(NOBODY)) await (await import("./blank.js")).settle(form);
  if (!drafts) {
    state.id = uuid();
    return;
  }
  const key = keyOf(state.author, location, form, several);
  const draft = await opened(key, history.state?.tournee?.[key]);
  state.id = draft.id;
  state.replaces = draft.replaces;
  history.replaceState({ ...history.state, tournee: { ...history.state?.tournee, [key]: state.id } }, "");
  if (!writable(form)) return;
  state.key = key;
  if (form.querySelector("input[type=file], template[data-row]")) {
    const { photos } = await import("./photo.js");
    const own = async () => {
      await state.ready;
      return state;
    };
    state.photos = photos(form, own, (id) => get("files", id));
  }
  if (draft.fields) {
    state.typed = true;
    await restore(form, draft);
    if (draft.reason) show(form, draft);
  } else if (draft.used) {
    form.prepend(
      notice(
        "info",
        t("This was already kept at {time}. Sending it again changes nothing.", { time: when(draft.used.recorded) }),
      ),
    );
  }
  state.watch = watch(form, key, {
    id: state.id,
    person: state.author,
    path: location.pathname,
    url: location.pathname + location.search,
    kind: form.dataset.capture,
    label: form.dataset.label ?? document.title,
    form: form.dataset.form,
    replaces: draft.replaces,
    reason: draft.reason,
    messages: draft.messages,
  });
}

/** What the server had to say about a capture that is corrected here. */
function show(form, draft) {
  const list = element("ul");
  const messages = Object.entries(draft.messages ?? {});
  for (const [, text] of messages) list.append(element("li", "", text));
  form.prepend(notice("bad", draft.reason, ...(messages.length ? [list] : [])));
  form.dispatchEvent(new CustomEvent("tournee:messages", { bubbles: true, detail: draft.messages ?? {} }));
}

/** Submit: checks, writes the capture down, says so, and goes on. Gives the capture, or null where it was not kept. */
export async function submit(form, button) {
  const state = states.get(form);
  if (button?.name === "_step") {
    delete form.dataset.sent;
    if (button.value === "recompute") return submit(form); // Enter in a field: it is the first button of a form with rows
    form.dispatchEvent(new CustomEvent("tournee:step", { detail: button })); // pressed before the form's script was there
    return null;
  }
  if (state.sending) return null; // a double tap
  state.sending = true;
  try {
    await state.ready;
    return await send(form, button, state);
  } catch (error) {
    await failed(form, state, error);
    return null;
  } finally {
    state.sending = false;
    delete form.dataset.sent;
  }
}

async function send(form, button, state) {
  if (!form.dispatchEvent(new CustomEvent("tournee:check", { bubbles: true, cancelable: true }))) return null;
  if (!form.dataset.form && !form.reportValidity()) return null;
  const pairs = collect(form, button, true);
  state.watch?.stop();
  let kept = await keep(facts(form, state, pairs));
  if (!kept) {
    // its id has been used for other content: this is another capture
    state.id = uuid();
    kept = await keep(facts(form, state, pairs));
  }
  state.typed = false;
  form.dispatchEvent(new CustomEvent("tournee:kept", { bubbles: true, detail: kept }));
  changed();
  const words = t("Kept on this phone. Will leave as soon as there is network.");
  say(words);
  await after(form, state, kept, words);
  return kept;
}

function facts(form, state, pairs) {
  const value = (wanted) => pairs.find(([name, text]) => name === wanted && text)?.[1] ?? "";
  const kind = form.dataset.capture;
  const url = new URL(form.getAttribute("action") || location.href, location.href);
  const chosen = form.querySelector("input[name=client]:checked")?.closest("label")?.querySelector("span")?.firstChild;
  return {
    id: state.id,
    author: state.author,
    kind,
    url: url.pathname + url.search,
    pairs,
    label: [chosen?.textContent.trim(), form.dataset.label].filter(Boolean).join(" · ") || document.title,
    visit: kind === "visit" ? state.id : (form.dataset.visit ?? ""),
    client: form.dataset.client || value("client"),
    status: kind === "status" ? form.dataset.status || value("status") : (form.dataset.status ?? ""),
    page: location.pathname + location.search,
    form: form.dataset.form ?? "",
    corrects: value("_corrects"),
    photos: (state.photos ?? []).map((field) => field.value).filter((id) => pairs.some(([, value]) => value === id)),
    draft: state.key,
    replaces: state.replaces,
  };
}

async function after(form, state, kept, words) {
  const next = form.dataset.next?.replace("{id}", kept.id);
  if (net.online === false || kept.again) deliver(state.author);
  else await Promise.race([deliver(state.author), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  if (!next) {
    state.id = uuid();
    state.watch?.go();
    return draw();
  }
  try {
    sessionStorage.setItem("says", words);
  } catch {
    /* said on this page already */
  }
  location.assign(next);
}

/** Nothing could be written: the text stays on the screen, and can be carried away by hand. */
async function failed(form, state, error) {
  state.watch?.go();
  const full = error?.name === "QuotaExceededError";
  const text = collect(form, null, true)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
  const copy = Object.assign(element("button", "button", t("Copy the text")), { type: "button" });
  copy.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => say(t("Copied."))));
  const file = Object.assign(element("button", "button", t("Save as a file")), { type: "button" });
  file.addEventListener("click", async () => download(`tournee-${state.id}.txt`, text));
  const row = element("div", "actions");
  row.append(copy, file);
  form.querySelector("[data-failed]")?.remove();
  const box = notice(
    "bad",
    full
      ? t("This phone is full: nothing was kept. Your text is still on the screen; copy it or save it as a file.")
      : t("This phone could not keep it. Your text is still on the screen; copy it or save it as a file."),
    row,
  );
  box.dataset.failed = "";
  box.setAttribute("role", "alert");
  form.prepend(box);
  box.scrollIntoView({ block: "center" });
}

/** Hands a text to the phone as a file. */
export function download(name, text, type = "text/plain") {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob([text], { type })),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
