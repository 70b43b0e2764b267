// The page for an unplanned visit: finding a client in a long list, and, once the visit is kept, the way on from it.

import { NOBODY } from "./fields.js";

/** A text as the list's words are written: no case, no accents, apostrophes and hyphens as spaces. */
export const folded = (text) =>
  text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/œ/g, "oe").replace(/[’'-]/g, " ");

/** Whether every typed word occurs in the list's words. */
export const matches = (words, typed) =>
  folded(typed)
    .split(/\s+/)
    .every((word) => words.includes(word));

function narrow(box) {
  const none = document.querySelector("[data-narrow-none]");
  box.hidden = false;
  box.querySelector("input").addEventListener("input", (event) => {
    let shown = 0;
    for (const label of document.querySelectorAll("[data-words]")) {
      label.hidden = !matches(label.dataset.words, event.target.value) && !label.querySelector(":checked");
      if (!label.hidden) shown += 1;
    }
    none.hidden = shown > 0;
  });
}

function made(visit) {
  document.querySelector("[data-new-visit]").hidden = true;
  const section = document.querySelector("[data-made]");
  for (const link of section.querySelectorAll("a")) link.href = link.getAttribute("href").replace(NOBODY, visit);
  section.hidden = false;
}

if (globalThis.document) {
  const box = document.querySelector("[data-narrow]");
  const visit = new URLSearchParams(location.search).get("visit");
  if (box) narrow(box);
  if (/^[0-9a-f-]{36}$/.test(visit ?? "")) made(visit);
}
