// Rows of repeats on the page: made from the blank row that stands in a <template>, taken out, numbered anew.

import { unfinished } from "./fields.js";

const NAMES = ["name", "data-q", "data-repeat", "value"]; // they carry numbers that change
const IDS = ["id", "for", "aria-describedby"]; // these only have to be different
const plain = (path) => path.replace(/\[\d+\]/g, "");
const AT_ONCE = 20; // rows: more are not in sight
const SLICE = 4; // ms
const MANY = 30; // rows, of which only those in sight are laid out
const templates = new WeakMap();
const recipes = new WeakMap();
let made = 0;

/** The places in a blank row where its path stands: [which element, attribute, text]. */
function recipe(template) {
  const known = recipes.get(template);
  if (known) return known;
  const row = template.content.firstElementChild;
  const own = row.dataset.q;
  const places = [];
  [row, ...row.querySelectorAll("*")].forEach((element, at) => {
    for (const name of [...NAMES, ...IDS]) {
      const text = element.getAttribute(name);
      if (text?.includes(own)) places.push([at, name, text]);
    }
  });
  const found = { own, places };
  recipes.set(template, found);
  return found;
}

function templateOf(form, place) {
  if (!templates.has(form)) {
    const all = [...form.querySelectorAll("template[data-row]")];
    templates.set(form, new Map(all.map((template) => [template.dataset.row, template])));
  }
  return templates.get(form).get(place);
}

/** A blank row of a form, as the one at this path. */
export function blank(form, path) {
  const template = templateOf(form, plain(path));
  const { own, places } = recipe(template);
  const row = template.content.firstElementChild.cloneNode(true);
  const all = [row, ...row.querySelectorAll("*")];
  const other = path.replace(/\[\d+\]$/, `[r${++made}]`);
  for (const [at, name, text] of places)
    all[at].setAttribute(name, text.replaceAll(own, IDS.includes(name) ? other : path));
  number(row, path);
  return row;
}

function number(row, path) {
  row.querySelector("[data-number]").textContent = /\[(\d+)\]$/.exec(path)[1];
}

/** A row has another number: whatever carries it is written anew. */
function renumber(row, path) {
  const own = row.dataset.q;
  if (own === path) return;
  row.dataset.q = path;
  number(row, path);
  for (const element of row.querySelectorAll("[name], [data-q], [data-repeat]"))
    for (const name of NAMES) {
      const text = element.getAttribute(name);
      if (text?.startsWith(own) || (name === "value" && element.name === "_step"))
        element.setAttribute(name, text.replace(own, path));
    }
}

/**
 * Rows that follow one that is gone get their new paths: those in sight at once, the others in the next moments, and in
 * any case before the form is read. In their order, so that no two rows ever share a name.
 */
export function renumberAll(form, rows, paths) {
  unfinished.get(form)?.();
  let at = 0;
  const some = (until) => {
    for (const end = performance.now() + until; at < rows.length; at++) {
      if (at >= AT_ONCE && performance.now() > end) return false;
      renumber(rows[at], paths[at]);
    }
    unfinished.delete(form);
    return true;
  };
  const slice = () => some(SLICE) || setTimeout(slice);
  unfinished.set(form, () => some(Number.POSITIVE_INFINITY));
  if (!some(0)) setTimeout(slice);
}

/** Gives the page the rows that these pairs speak of, before they are put into it. */
export function lay(form, pairs) {
  const wanted = new Set(pairs.map(([name]) => name).filter((name) => name.endsWith("]")));
  const fit = (place) => {
    const rows = place.querySelector(".form-rows");
    const path = place.dataset.repeat;
    const there = [...rows.children];
    let count = 0;
    while (wanted.has(`${path}[${count + 1}]`)) count++;
    for (const row of there.splice(count)) row.remove();
    const fresh = [];
    for (let at = there.length + 1; at <= count; at++) fresh.push(blank(form, `${path}[${at}]`));
    append(form, rows, fresh);
    there.push(...fresh);
    for (const row of there)
      for (const inner of row.querySelectorAll("[data-repeat]")) if (outermost(inner, row)) fit(inner);
  };
  for (const place of form.querySelectorAll("[data-repeat]"))
    if (!place.parentElement.closest("[data-repeat]")) fit(place);
}

const outermost = (place, row) => place.parentElement.closest(".form-row") === row;

/** Puts rows at the end, and tells the form that each is there (`tournee:row`). */
function append(form, rows, fresh) {
  rows.append(...fresh);
  rows.toggleAttribute("data-many", rows.children.length > MANY);
  for (const row of fresh) form.dispatchEvent(new CustomEvent("tournee:row", { detail: row }));
}

/** Makes the rows of a repeat, and of those in it, as many as the filled form has. Gives the new ones. */
export function fit(sheet, place) {
  const { parent, question } = sheet.repeats.get(place);
  const nodes = parent.named(question.name);
  const rows = place.querySelector(".form-rows");
  while (rows.children.length > nodes.length) rows.lastElementChild.remove();
  const fresh = nodes.slice(rows.children.length).map((node) => blank(sheet.form, node.path));
  append(sheet.form, rows, fresh);
  for (const row of fresh) {
    sheet.bind(row);
    for (const inner of row.querySelectorAll("[data-repeat]")) fit(sheet, inner);
  }
  return fresh;
}
