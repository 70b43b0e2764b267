// Rows of repeats on the page: made from the blank row that stands in a <template>, taken out, numbered anew.

const NAMES = ["name", "data-q", "data-repeat", "value"]; // they carry numbers that change
const IDS = ["id", "for", "aria-describedby"]; // these only have to be different
const plain = (path) => path.replace(/\[\d+\]/g, "");
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

/** A blank row of a form, as the one at this path. */
export function blank(form, path) {
  const template = [...form.querySelectorAll("template[data-row]")].find((one) => one.dataset.row === plain(path));
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
export function renumber(row, path) {
  const own = row.dataset.q;
  if (own === path) return;
  row.dataset.q = path;
  number(row, path);
  for (const element of row.querySelectorAll("[name], [data-q], [data-repeat]"))
    for (const name of NAMES) {
      const text = element.getAttribute(name);
      if (text?.includes(own) && (name !== "value" || element.name === "_step"))
        element.setAttribute(name, text.replace(own, path));
    }
}

/** Gives the page the rows that these pairs speak of, before they are put into it. */
export function lay(form, pairs) {
  const wanted = new Set(pairs.map(([name]) => name).filter((name) => name.endsWith("]")));
  const fit = (place) => {
    const rows = place.querySelector(".form-rows");
    const path = place.dataset.repeat;
    for (let at = 1; wanted.has(`${path}[${at}]`); at++)
      if (!rows.children[at - 1]) append(form, rows, blank(form, `${path}[${at}]`));
    while (rows.lastElementChild && !wanted.has(rows.lastElementChild.dataset.q)) rows.lastElementChild.remove();
    for (const row of rows.children)
      for (const inner of row.querySelectorAll("[data-repeat]")) if (outermost(inner, row)) fit(inner);
  };
  for (const place of form.querySelectorAll("[data-repeat]"))
    if (!place.parentElement.closest("[data-repeat]")) fit(place);
}

const outermost = (place, row) => place.parentElement.closest(".form-row") === row;

/** Puts a row at the end, and tells the form that it is there (`tournee:row`). */
export function append(form, rows, row) {
  rows.append(row);
  form.dispatchEvent(new CustomEvent("tournee:row", { detail: row }));
}

/** Makes the rows of a repeat, and of those in it, as many as the filled form has. Gives the new ones. */
export function fit(sheet, place) {
  const { parent, question } = sheet.repeats.get(place);
  const nodes = parent.named(question.name);
  const rows = place.querySelector(".form-rows");
  const fresh = [];
  while (rows.children.length > nodes.length) rows.lastElementChild.remove();
  for (let at = rows.children.length; at < nodes.length; at++) {
    const row = blank(sheet.form, nodes[at].path);
    append(sheet.form, rows, row);
    sheet.bind(row);
    fresh.push(row);
    for (const inner of row.querySelectorAll("[data-repeat]")) fresh.push(...fit(sheet, inner));
  }
  return fresh;
}
