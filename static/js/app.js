// Every page: catch what was submitted too early, open the forms, draw what waits, deliver, keep the worker and the pack up.

import { busy, openForm, submit } from "./capture.js";
import { get, usable } from "./db.js";
import { deliver, hear, progress, wake } from "./delivery.js";
import { writable } from "./fields.js";
import { onChange } from "./outbox.js";
import { prepare, stale } from "./pack.js";
import { arrived, finishLeaving, keptAt, kiosk, onPage, who } from "./person.js";
import { ask, draw, drawn, element, learn, net, notice, say } from "./status.js";
import { t, when } from "./words.js";

const root = document.documentElement;
const edition = root.dataset.edition;
const bridge = globalThis.tournee;
const TIMER = 30_000;
const AWAY = 1_000; // ms out of sight after which nobody is turning pages

/** Takes over from first.js: what it caught, and every submit from now on. */
function takeOver(take) {
  bridge.take = take;
  for (const [form, button] of bridge.q.splice(0)) take(form, button);
}

async function start() {
  worker();
  if (!(await usable())) return unable();
  document.addEventListener("submit", doors);
  const forms = [...document.querySelectorAll("[data-capture]")];
  const author = kiosk || onPage;
  if (!kiosk) for (const form of forms) openForm(form, author, { several: forms.filter(writable).length > 1 });
  const { answer } = kiosk && document.querySelector("[data-capture=answer]") ? await import("./kiosk.js") : {};
  takeOver((form, button) => (answer ?? submit)(form, button));
  root.dataset.ready = ""; // the submit handler is bound
  hear({ online: learn, list: refresh });
  onChange(draw);
  await drawn();
  if (kiosk) {
    await wake(kiosk, { signedIn: true }); // paired again, perhaps: nobody presses a button here
    return deliveries(() => kiosk);
  }
  saidBefore();
  marks();
  await finishLeaving();
  if (onPage && keptAt === null && !(await get("settings", "sign-out"))) {
    await arrived(onPage);
    await wake(onPage, { signedIn: true });
    learn(true); // this page has just come from the server
  }
  await sides();
  draw();
  deliveries(async () => (await who())?.person);
  await pack();
}

/** Delivery starts at page load, on `online`, on becoming visible and on a timer; a press of the button is the outbox page's. */
async function deliveries(author) {
  const go = async ({ first = false } = {}) => {
    const person = await author();
    if (!person || (first && net.online ? false : !(await ask()))) return;
    if (!kiosk && !(await finishLeaving())) return;
    await wake(person);
    await deliver(person);
  };
  addEventListener("online", go);
  addEventListener("offline", () => learn(false));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) go();
  });
  setInterval(() => {
    if (!document.hidden) go();
  }, TIMER);
  await go({ first: true });
}

/** No IndexedDB (a private window): said before work begins; forms post natively while there is network. */
function unable() {
  takeOver((form, button) => bridge.post(form, button));
  const form = document.querySelector("[data-capture]");
  form?.prepend(notice("bad", t("This phone cannot save offline. What you send here leaves at once, or not at all.")));
  root.dataset.ready = "";
}

/** What the page before this one had to say. */
function saidBefore() {
  try {
    const words = sessionStorage.getItem("says");
    sessionStorage.removeItem("says");
    if (words) say(words);
  } catch {
    /* storage is closed to us: it was said there */
  }
}

/** A kept page says its time. */
function marks() {
  if (keptAt === null) return;
  const line = element("p", "kept-line muted small", t("Page kept on this phone, {time}", { time: when(keptAt) }));
  document.querySelector("main")?.prepend(line);
}

/** Signing in and out passes by the phone's part of it, which comes when it is needed. */
function doors(event) {
  const form = event.target;
  if ("through" in form.dataset || !form.matches("form[action^='/sign-out'], form[action^='/sign-in']")) return;
  event.preventDefault();
  import("./doors.js").then(({ pass }) => pass(form, event.submitter));
}

/** The prepare screen and the outbox page have scripts of their own. */
async function sides() {
  if (document.querySelector("[data-prepare]")) (await import("./prepare.js")).start();
  if (document.querySelector("[data-outbox-page], [data-offline-page]")) (await import("./outbox-page.js")).start();
}

async function pack() {
  if (!onPage || keptAt !== null) return;
  if (stale(await get("settings", "pack"), onPage, edition, new Date(), root.lang)) refresh();
}

/** Makes the pack again where the server's list is another than the phone's. */
async function refresh(list) {
  if (list && (await get("settings", "pack"))?.list === list) return;
  const person = (await who())?.person;
  if (!person || (onPage && person !== onPage)) return;
  const { wiped } = await prepare(person, edition);
  if (wiped)
    say(
      t(
        "The storage of this phone was emptied since last time. What was not received is no longer here; it now counts as a new device.",
      ),
    );
}

async function worker() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data?.type === "busy?") event.ports[0].postMessage({ busy: busy() || progress.running, edition });
  });
  navigator.serviceWorker.startMessages?.();
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => null);
  if (!registration) return;
  // A new edition is asked to take over only while this page is out of sight: Chromium ends the old worker with a request
  // in its hands, and a page that is being opened at that moment never comes. (One that is left is hidden too, and gone
  // before the time is over.)
  const offer = () => document.hidden && registration.waiting?.postMessage({ type: "take-over" });
  document.addEventListener("visibilitychange", () => setTimeout(offer, AWAY));
}

start();
