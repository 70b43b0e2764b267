/* The supervisor's desk: single keys, the mark of the open line, and what to say when an answer does not come.
   Everything is reached by links and buttons too; htmx does the fetching. */
import { t } from "./words.js";

const one = (selector) => document.querySelector(selector);
const lines = () => [...document.querySelectorAll("[data-queue] a[data-unit]")];
const current = () => lines().find((line) => line.hasAttribute("aria-current"));

function step(by) {
  const all = lines();
  const at = all.indexOf(current());
  all[at < 0 ? 0 : at + by]?.click();
}

function openReturn() {
  const panel = one("[data-return]");
  if (!panel) return;
  panel.open = true;
  panel.querySelector("textarea").focus();
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  a: () => one("[data-sign] button")?.click(),
  r: openReturn,
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.("[data-return]")) {
    one("[data-return]").open = false; // what was typed stays in it
    one("[data-return] summary").focus();
    return;
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const off = one("[data-shortcuts]")?.dataset.shortcuts !== "on";
  if (typing || off || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

/* What is typed and not sent would go with the text that it is about: ask first. */
const unsent = () =>
  [...document.querySelectorAll("[data-keep] textarea")].some((area) => area.value !== area.defaultValue);

document.addEventListener("htmx:confirm", (event) => {
  const goes = event.detail.verb === "get" && event.detail.target?.id === "item" && unsent();
  if (goes && !window.confirm(t("What you have typed here is not sent yet. Leave it?"))) event.preventDefault();
});
window.addEventListener("beforeunload", (event) => unsent() && event.preventDefault());

let scrolled = 0;
document.addEventListener("htmx:beforeSwap", () => {
  scrolled = one("[data-queue]")?.scrollTop ?? 0;
});

function show() {
  const shown = one("#item [data-unit]");
  if (one("#desk")) one("#desk").toggleAttribute("data-open", Boolean(shown) && location.pathname !== "/reviews");
  for (const line of lines())
    if (line.dataset.unit === shown?.dataset.unit) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  current()?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target;
  if (target?.id === "desk" && one("[data-queue]")) one("[data-queue]").scrollTop = scrolled;
  show();
  if (one("[data-now]")) one("[data-now]").textContent = one("#item h2")?.textContent ?? "";
  const said = one("#desk [data-says]");
  if (one("#says")) one("#says").textContent = said?.textContent ?? "";
  one("[data-problem]")?.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const button = event.detail.elt.matches("form") && event.detail.elt.querySelector("[role=switch]");
  if (!button || !event.detail.successful) return;
  const on = button.value === "on";
  button.setAttribute("aria-checked", String(on));
  button.value = on ? "off" : "on";
  one("[data-shortcuts]").dataset.shortcuts = on ? "on" : "off";
});

/* No answer, or one that is no page: the text stays where it is, and a word says what to do. */
function trouble(words, link) {
  one("[data-trouble]")?.remove();
  const note = document.createElement("div");
  note.className = "notice trouble-note";
  note.dataset.tone = "warn";
  note.dataset.trouble = "";
  note.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = words;
  note.append(text);
  if (link) {
    const a = document.createElement("a");
    Object.assign(a, { href: link.href, target: "_blank", textContent: link.words, className: "button" });
    note.append(a);
  }
  (one("#item") ?? one("main")).prepend(note);
}

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401)
    trouble(t("Your session has ended. What you typed is still here: sign in in another tab, then send it again."), {
      href: "/sign-in",
      words: t("Sign in in a new tab"),
    });
  else if (status === 404) trouble(t("This is no longer here for you."));
  else trouble(t("The server could not do this. What you typed is still here; try again in a moment."));
});
for (const failed of ["htmx:sendError", "htmx:timeout"])
  document.addEventListener(failed, () =>
    trouble(t("No answer from the server. What you typed is still here; try again.")),
  );
document.addEventListener("htmx:beforeRequest", () => one("[data-trouble]")?.remove());
