// A tablet in the hall: one question a screen, and nothing of one person is left for the next.

import { deliver } from "./delivery.js";
import { collect, fill, uuid } from "./fields.js";
import { keep } from "./outbox.js";
import { kiosk } from "./person.js";
import { ask, say } from "./status.js";
import { lang, t } from "./words.js";

const START = "/kiosk/";
const WARN = 20_000;
const RESET = 40_000;
const THANKS = 8_000;
const RENEW = 3_600_000; // an untouched page looks for a new survey once an hour
const ACROSS = "kiosk-language"; // lives only while the page changes its language

const form = document.querySelector("[data-capture=answer]");
const idle = document.querySelector("[data-idle]");
let id = uuid();
let sending = false;
let touched = 0; // when somebody last touched the screen, 0 for nobody yet
let gone = false;

/** Back to the first screen, in the first language; the entry in the history is replaced. */
function restart() {
  gone = true;
  form.reset();
  location.replace(START);
}

/** Keeps an answer and thanks; the person who comes next finds the first question. */
export async function answer(_form, button) {
  if (sending) return;
  sending = true;
  delete form.dataset.sent;
  try {
    if (!form.dispatchEvent(new CustomEvent("tournee:check", { bubbles: true, cancelable: true }))) return;
    const url = new URL(form.getAttribute("action"), location.href).pathname;
    await keep({
      id,
      author: kiosk,
      kind: "answer",
      url,
      label: form.dataset.label,
      visit: "",
      client: "",
      page: START,
      pairs: collect(form, button, true),
    });
    id = uuid();
    thank();
    deliver(kiosk);
  } catch {
    say(t("This tablet could not keep your answer. Please tell somebody at the desk."), "bad");
  } finally {
    sending = false;
  }
}

function thank() {
  form.reset();
  form.hidden = true;
  document.querySelector("[data-foot]").hidden = true;
  const thanks = document.querySelector("[data-thanks]");
  thanks.hidden = false;
  thanks.focus();
  setTimeout(restart, THANKS);
}

/** The clock that runs while nobody touches: a warning, then the start. */
function watch() {
  const touch = () => {
    touched = Date.now();
  };
  for (const event of ["pointerdown", "keydown", "input", "scroll"])
    addEventListener(event, touch, { passive: true, capture: true });
  setInterval(() => {
    if (!touched || gone) return;
    const still = Date.now() - touched;
    if (still >= RESET) restart();
    else if (still >= WARN && !idle.open && form.hidden === false) idle.showModal();
  }, 500);
  setInterval(async () => {
    if (!touched && (await ask())) restart();
  }, RENEW);
}

/** Which question of how many, in words and as a row of dots. */
function steps() {
  const place = document.querySelector("[data-steps-now]");
  const pages = [...form.querySelectorAll(".form-page")];
  if (pages.length < 2) return;
  const draw = () => {
    const shown = pages.filter((page) => !page.inert);
    const at = shown.findIndex((page) => page.hasAttribute("data-open"));
    place.hidden = at < 0;
    place.querySelector("[data-steps-words]").textContent = t("Question {n} of {all}", {
      n: at + 1,
      all: shown.length,
    });
    place.querySelectorAll("i").forEach((dot, index) => {
      dot.toggleAttribute("data-done", index <= at);
    });
  };
  new MutationObserver(draw).observe(form, { subtree: true, attributeFilter: ["data-open", "inert"] });
  draw();
}

/** The other language is another page: what was answered goes across and is forgotten on the way. */
function languages() {
  try {
    const before = JSON.parse(sessionStorage.getItem(ACROSS) ?? "null");
    sessionStorage.removeItem(ACROSS);
    if (before) {
      fill(
        form,
        before.filter(([name]) => name.startsWith("/")),
      );
      touched = Date.now();
    }
  } catch {
    // storage is closed to us: the other language starts anew
  }
  for (const link of document.querySelectorAll("[data-language]"))
    link.addEventListener("click", (event) => {
      event.preventDefault();
      try {
        sessionStorage.setItem(ACROSS, JSON.stringify(collect(form)));
      } catch {
        // as above
      }
      location.replace(link.href);
    });
}

/** Reads the question aloud, where this tablet has a voice for the language. */
function listen() {
  const button = document.querySelector("[data-listen]");
  const speech = globalThis.speechSynthesis;
  if (!speech) return;
  const voice = () => speech.getVoices().find((one) => one.lang.startsWith(lang));
  const offer = () => {
    button.hidden = !voice();
  };
  offer();
  speech.addEventListener?.("voiceschanged", offer);
  button.addEventListener("click", () => {
    const page = form.querySelector(".form-page[data-open]") ?? form;
    const parts = [...page.querySelectorAll(".field")].filter((part) => !part.closest("[inert]"));
    const words = parts.flatMap((part) =>
      [...part.querySelectorAll("legend, label, .hint")].map((one) => one.textContent),
    );
    speech.cancel();
    speech.speak(Object.assign(new SpeechSynthesisUtterance(words.join(". ")), { voice: voice(), lang }));
  });
  addEventListener("pagehide", () => speech.cancel());
}

/** The page in each language and the survey, kept for weeks without network; a tablet that was revoked learns of it. */
async function keepForWeeks() {
  if (!globalThis.caches) return;
  const cache = await caches.open("kiosk");
  const pages = [...document.querySelectorAll("[data-language]")].map((link) => link.getAttribute("href"));
  for (const url of [form.dataset.form, ...(pages.length ? pages : [START])]) {
    const response = await fetch(url, { redirect: "manual", cache: "no-store", headers: { "Tournee-Pack": "1" } });
    if (response.type === "opaqueredirect" && (await ask())) {
      await caches.delete("kiosk");
      return restart();
    }
    const ours = response.headers.get("Tournee-Page") || (response.headers.get("Content-Type") ?? "").includes("json");
    if (response.status !== 200 || !ours) continue;
    if (url !== form.dataset.form && !(await response.clone().text()).includes("data-kiosk=")) continue;
    await cache.put(url, response);
  }
}

history.replaceState(null, "", location.href);
addEventListener("pagehide", () => {
  if (idle.open) idle.close();
  form.reset();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) restart(); // "back" finds no page of the person before
});
idle.addEventListener("click", () => idle.close()); // at the end of a touch, so that it goes to nothing below
document.querySelector("[data-restart]").addEventListener("click", (event) => {
  event.preventDefault();
  restart();
});
languages();
steps();
watch();
listen();
keepForWeeks().catch(() => {});
