// Between a form and what is kept of it: names and values in order, ids, and forms whose address a visit decides.

export const NOBODY = "00000000-0000-0000-0000-000000000000"; // stands in a blank page's address for the visit to come
const SCRIPTED = new Set(["_v", "_author", "_device", "_number", "_recorded", "_zone", "_files", "_label"]);

/** A random UUID of version 4; also where the page came over plain http and crypto.randomUUID is missing. */
export function uuid() {
  if (globalThis.crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/** The sha256 of bytes in hex; empty where the page came over plain http and there is no crypto.subtle. */
export async function sha256(bytes) {
  if (!crypto.subtle) return "";
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** What must be finished before a form is read: rows whose numbers are still to be written. */
export const unfinished = new WeakMap();

/**
 * The pairs of a form, text only, with the pressed button's. `relevant`: without what stands in an inert part, which
 * does not apply; a draft keeps that too, so that it can return. What script adds to the envelope is the outbox's.
 */
export function collect(form, button, relevant = false) {
  unfinished.get(form)?.();
  const pairs = [];
  for (const field of form.elements) {
    if (!field.name || SCRIPTED.has(field.name) || field.matches(":disabled") || (relevant && field.closest("[inert]")))
      continue;
    if (["submit", "button", "reset", "image", "file", "fieldset", "output"].includes(field.type)) continue;
    if (["checkbox", "radio"].includes(field.type) && !field.checked) continue;
    if (field.type === "select-multiple")
      for (const option of field.selectedOptions) pairs.push([field.name, option.value]);
    else pairs.push([field.name, field.value]);
  }
  if (button?.name) pairs.push([button.name, button.value]);
  return pairs;
}

/** What was put back into a form, also what its page has no place for yet: choices that follow from other answers. */
export const restored = new WeakMap();

/** Puts pairs back into a form, then tells it (`tournee:restored`). Names that it does not have become hidden fields. */
export function fill(form, pairs) {
  restored.set(form, pairs);
  const values = Map.groupBy ? Map.groupBy(pairs, ([name]) => name) : grouped(pairs);
  const known = new Map(); // how many fields of a name there were
  for (const field of form.elements) {
    if (!field.name || ["submit", "button", "file"].includes(field.type)) continue;
    if (field.name === "_given") continue; // what the register told stands in the page
    const place = known.get(field.name) ?? 0;
    known.set(field.name, place + 1);
    const wanted = (values.get(field.name) ?? []).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = wanted.includes(field.value);
    else if (field.type === "select-multiple")
      for (const option of field.options) option.selected = wanted.includes(option.value);
    else if (wanted.length) field.value = wanted[place] ?? wanted[0];
  }
  for (const name of ["_corrects", "_base"])
    if (values.has(name) && !known.has(name)) hidden(form, name, values.get(name)[0][1]);
  form.dispatchEvent(new CustomEvent("tournee:restored", { bubbles: true }));
}

function grouped(pairs) {
  const map = new Map();
  for (const pair of pairs) map.set(pair[0], [...(map.get(pair[0]) ?? []), pair]);
  return map;
}

/** A hidden field of the form, made where there is none. */
export function hidden(form, name, value) {
  let field = [...form.elements].find((one) => one.name === name && one.type === "hidden");
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
  return field;
}

/** Whether somebody can type or choose something in the form (else it is a button with an address). */
export const writable = (form) =>
  [...form.elements].some(
    (field) => field.name && !field.disabled && !["hidden", "submit", "button"].includes(field.type),
  );

/** A short mark of what the pairs say, to tell whether "back" and a second submit bring the same again. */
export function mark(pairs) {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (const char of JSON.stringify(pairs)) {
    const code = char.codePointAt(0);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}

/** The phone's time with its offset, 2026-11-24T11:32:05.120+01:00. */
export function stamp(date) {
  const offset = -date.getTimezoneOffset();
  const two = (n) => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  return (
    new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1) +
    (offset < 0 ? "-" : "+") +
    two(offset / 60) +
    ":" +
    two(offset % 60)
  );
}

/** Replaces the placeholder in a form's addresses by the id of the visit. */
export function address(form, visit) {
  for (const name of ["action", "data-next", "data-visit"]) {
    const value = form.getAttribute(name);
    if (value?.includes(NOBODY)) form.setAttribute(name, value.replace(NOBODY, visit));
  }
}
