// The outbox and the "not on this phone" page: no page of a person; they draw themselves from what this phone keeps.

import { download } from "./capture.js";
import { get, put, update, write } from "./db.js";
import { deliver, progress, queueOf } from "./delivery.js";
import { forget } from "./drafts.js";
import { uuid } from "./fields.js";
import { changed, discard, exported, holdings, onChange } from "./outbox.js";
import { who } from "./person.js";
import { ask, element, icon, net, say } from "./status.js";
import { size, t, tn, when } from "./words.js";

const KINDS = {
  checklist: t("Checklist"),
  note: t("Note"),
  feedback: t("Feedback"),
  status: t("Visit status"),
  visit: t("New visit"),
};
const RECEIPTS = 100; // shown; all are kept
const ASK_AGAIN = 8_000; // ms in which the second "throw away" counts

/** A receipt's code as people read it: 7F3K-92QD. */
export const spoken = (code) => (code ? `${code.slice(0, 4)}-${code.slice(4)}` : "");

/** Draws the page, now and at every change. */
export async function start() {
  const page = document.querySelector("[data-outbox-page]");
  if (!page) return drawOffline(document.querySelector("[data-offline-page]"));
  page.querySelector("[data-send]").addEventListener("click", () => sendNow());
  page.querySelector("[data-export]").addEventListener("click", async () => {
    const person = await who();
    if (person)
      download(
        `tournee-${new Date().toISOString().slice(0, 10)}.json`,
        await exported(person.person),
        "application/json",
      );
  });
  onChange(() => draw(page));
  await draw(page);
}

async function sendNow() {
  const person = (await who())?.person;
  if (!person) return say(t("Sign in to send."));
  say(t("Sending…"));
  await update("settings", `queue ${person}`, () => ({ name: `queue ${person}` }));
  await deliver(person, { force: true });
  const [left, queue] = [await holdings(person), await queueOf(person)];
  if (queue?.rest) return say(t("Your session has ended. Sign in again to send; nothing is lost."));
  if (!left.captures.length) return say(t("Everything has been received."));
  await ask();
  say(
    net.online
      ? tn("{n} item still waits.", "{n} items still wait.", left.captures.length)
      : t("No answer from the server. Everything stays on this phone."),
  );
}

let drawing = null;
let again = false;

async function draw(page) {
  if (drawing) {
    again = true;
    return drawing;
  }
  drawing = paint(page).finally(() => {
    drawing = null;
    if (again) {
      again = false;
      setTimeout(() => draw(page), 200);
    }
  });
  return drawing;
}

async function paint(page) {
  const person = (await who())?.person;
  page.querySelector("[data-nobody]").hidden = Boolean(person);
  page.querySelector("[data-somebody]").hidden = !person;
  if (!person) return;
  const held = await holdings(person);
  const waiting = held.captures.filter((one) => one.state === "waiting");
  const trouble = held.captures.filter((one) => one.state !== "waiting");
  const photos = held.files.filter((file) => !held.captures.some((one) => one.id === file.capture));
  const badPhotos = photos.filter((file) => file.state !== "waiting");
  drawHead(
    page,
    waiting,
    photos.filter((file) => file.state === "waiting"),
    trouble.length + badPhotos.length,
  );
  section(page, "trouble", [...trouble.map(troubleRow), ...badPhotos.map(photoTrouble)]);
  section(page, "waiting", [
    ...waiting.map((one, index) => waitingRow(one, index)),
    ...photos.filter((file) => file.state === "waiting").map(photoRow),
  ]);
  section(page, "drafts", held.drafts.sort((a, b) => b.saved - a.saved).map(draftRow));
  section(page, "receipts", held.receipts.reverse().slice(0, RECEIPTS).map(receiptRow));
  const untold = held.receipts.filter((one) => !one.seen);
  if (untold.length)
    await write(["receipts"], (s) => {
      for (const one of untold) s.receipts.put({ ...one, seen: true });
    });
}

function section(page, name, rows) {
  const box = page.querySelector(`[data-section=${name}]`);
  box.hidden = !rows.length;
  const focused = document.activeElement?.dataset?.key;
  box.querySelector("ul").replaceChildren(...rows);
  if (focused) box.querySelector(`[data-key="${focused}"]`)?.focus();
}

function drawHead(page, waiting, photos, trouble) {
  const n = waiting.length + photos.length;
  const title = page.querySelector("[data-head-title]");
  title.textContent = n
    ? tn("{n} item waiting", "{n} items waiting", n)
    : trouble
      ? tn("{n} item to correct", "{n} items to correct", trouble)
      : t("Nothing is waiting");
  const oldest = waiting[0] ?? photos[0];
  page.querySelector("[data-head-words]").textContent = oldest
    ? t("Kept on this phone since {time}", { time: when(oldest.recorded ?? oldest.taken) })
    : trouble
      ? t("It is kept, and waits for you to put it right.")
      : t("Everything written on this phone has been received.");
  const button = page.querySelector("[data-send]");
  button.hidden = !n && !trouble;
  button.disabled = progress.running;
  button.dataset.tone = n ? "brand" : "quiet"; // where only corrections are left, they are the thing to do
  button.querySelector("span").textContent = progress.running ? t("Sending…") : n ? t("Send now") : t("Send again");
  page.querySelector("[data-export]").hidden = !n && !trouble;
  const bar = page.querySelector("[data-progress]");
  bar.hidden = !progress.running || !progress.total;
  if (!bar.hidden) {
    Object.assign(bar.querySelector("progress"), { max: progress.total, value: progress.done });
    bar.querySelector("[data-progress-words]").textContent = t("{done} of {total}", {
      done: progress.done,
      total: progress.total,
    });
  }
}

const parts = (label = "") => {
  const [first, ...rest] = label.split(" · ");
  return [first, rest.join(" · ")];
};

function row({ key, sign, tone, label, kind, lines, aside = [] }) {
  const [title, sub] = parts(label);
  const made = element("li", "row");
  const mark = element("span", "mark");
  mark.dataset.tone = tone;
  mark.append(icon(sign));
  const body = element("div", "row-body");
  const head = element("div", "row-head");
  head.append(element("strong", "", title || KINDS[kind] || ""));
  body.append(head, element("p", "", sub || KINDS[kind] || ""));
  for (const words of lines.filter(Boolean)) body.append(element("p", "muted", words));
  const side = element("div", "row-aside");
  side.append(...aside);
  made.append(mark, body, side);
  made.dataset.id = key;
  return made;
}

function button(key, tone, text, work) {
  const made = Object.assign(element("button", "button"), { type: "button" });
  made.dataset.tone = tone;
  made.dataset.key = key;
  made.append(element("span", "", text));
  made.addEventListener("click", () => work(made));
  return made;
}

const sure = new Map(); // what has been asked about once, and when

/** A button that acts at its second press only: what it throws away is nowhere else. */
function away(id, work) {
  const asked = () => Date.now() - (sure.get(id) ?? 0) < ASK_AGAIN;
  return button(
    `away-${id}`,
    asked() ? "bad" : "link",
    asked() ? t("Really throw away?") : t("Throw away"),
    async (made) => {
      if (asked()) {
        sure.delete(id);
        await work();
        return say(t("Thrown away."));
      }
      sure.set(id, Date.now());
      made.dataset.tone = "bad";
      made.firstChild.textContent = t("Really throw away?");
      say(t("Press again to throw it away. It is nowhere else."));
      setTimeout(() => changed(), ASK_AGAIN);
    },
  );
}

function counted(one) {
  const answers = one.fields.filter(([name, value]) => !name.startsWith("_") && value).length;
  const words =
    one.kind === "note"
      ? one.fields
          .filter(([name]) => !name.startsWith("_"))
          .map(([, value]) => value)
          .join(" ")
          .split(/\s+/)
          .filter(Boolean).length
      : 0;
  if (["status", "visit"].includes(one.kind)) return when(one.recorded); // its label says it all
  return [
    words ? tn("{n} word", "{n} words", words) : tn("{n} answer", "{n} answers", answers),
    one.photos && tn("{n} photo", "{n} photos", one.photos),
    when(one.recorded),
  ]
    .filter(Boolean)
    .join(" · ");
}

const waitingRow = (one, index) =>
  row({
    key: one.id,
    sign: progress.current.has(one.id) ? "upload" : "clock",
    tone: "warn",
    label: one.label,
    kind: one.kind,
    lines: [counted(one), one.tries > 2 && t("Failed {n} times, tried again by itself", { n: one.tries })],
    aside: [
      element(
        "span",
        "muted",
        progress.current.has(one.id) ? t("on its way") : progress.running && index < 8 ? t("next") : "",
      ),
      away(one.id, () => discard(one.id)),
    ],
  });

const photoRow = (file) =>
  row({
    key: file.id,
    sign: "image",
    tone: "warn",
    label: file.label,
    kind: "",
    lines: [t("1 photo, {size}, on this phone", { size: size(file.size) })],
    aside: [element("span", "muted", progress.current.has(file.id) ? t("on its way") : "")],
  });

const photoTrouble = (file) =>
  row({
    key: file.id,
    sign: "image",
    tone: "bad",
    label: file.label,
    kind: "",
    lines: [
      file.state === "held"
        ? t("The server has the photo but cannot read it as a picture.")
        : t("The server did not accept this photo."),
    ],
    aside: [away(file.id, () => discardPhoto(file.id))],
  });

const discardPhoto = async (id) => {
  await write(["files"], (s) => {
    s.files.delete(id);
  });
  changed();
};

function troubleRow(one) {
  const reason =
    one.reason || (one.status_code === 413 ? t("Too large for the server.") : t("The server did not accept it."));
  const where =
    one.state === "held"
      ? t("The server has kept it, nothing is lost.")
      : t("It is kept on this phone, nothing is lost.");
  return row({
    key: one.id,
    sign: "circle-alert",
    tone: "bad",
    label: one.label,
    kind: one.kind,
    lines: [`${reason} ${where}`, ...Object.values(one.messages ?? {}), counted(one)],
    aside: [button(`fix-${one.id}`, "quiet", t("Correct"), () => correct(one)), away(one.id, () => discard(one.id))],
  });
}

/** Opens the form again, filled with what was sent: a draft under a new id that replaces the old one. */
async function correct(one) {
  const url = new URL(one.page || one.url, location.href);
  const visit = url.searchParams.get("visit");
  const key = `${one.author} ${url.pathname}${visit ? `?visit=${visit}` : ""}`;
  if (!(await get("drafts", key))) {
    const own = one.fields.filter(([name]) => !name.startsWith("_") || ["_form", "_base"].includes(name));
    const corrects = one.state === "held" ? one.id : one.corrects;
    await put("drafts", {
      key,
      id: uuid(),
      person: one.author,
      path: url.pathname,
      url: url.pathname + url.search,
      kind: one.kind,
      label: one.label,
      form: one.form,
      fields: corrects ? [...own, ["_corrects", corrects]] : own,
      saved: Date.now(),
      replaces: one.state === "refused" ? one.id : undefined,
      reason: one.reason || t("The server did not accept it."),
      messages: one.messages,
    });
  }
  location.assign(url.pathname + url.search);
}

function draftRow(draft) {
  const link = Object.assign(element("a", "button", t("Go on")), { href: draft.url });
  link.dataset.tone = "quiet";
  return row({
    key: draft.id,
    sign: "square-pen",
    tone: "brand",
    label: draft.label,
    kind: draft.kind,
    lines: [t("Draft kept at {time}", { time: when(draft.saved) })],
    aside: [link, away(draft.key, () => forget(draft.key))],
  });
}

const receiptRow = (one) =>
  row({
    key: one.id,
    sign: one.state === "closed" ? "archive" : "check",
    tone: one.state === "closed" ? "quiet" : "ok",
    label: one.label,
    kind: one.kind,
    lines: [
      t("Receipt {code} · {time}", { code: spoken(one.code), time: when(one.delivered) }),
      one.state === "closed" && t("Settled without effect: {reason}", { reason: one.reason || t("no reason given") }),
    ],
  });

/** "Not on this phone": what is. */
async function drawOffline(page) {
  const person = (await who())?.person;
  page.querySelector("[data-nobody]").hidden = Boolean(person);
  const pack = await get("settings", "pack");
  const list = page.querySelector("[data-available]");
  const fresh = pack && pack.person === person && Date.now() + pack.offset < pack.expires;
  const pages =
    person && fresh
      ? pack.pages.filter((one) => one.ok && ["round", "visit", "case", "return", "new-visit"].includes(one.kind))
      : [];
  list.closest("section").hidden = !pages.length;
  list.replaceChildren(
    ...pages.map((one) => {
      const made = element("li", "row");
      const link = Object.assign(element("a", "", one.title), { href: one.url });
      const body = element("div", "row-body");
      body.append(link);
      made.append(body);
      return made;
    }),
  );
  page
    .querySelector("[data-again]")
    ?.addEventListener("click", async () =>
      (await ask()) ? location.reload() : say(t("Still no answer from the server.")),
    );
}
