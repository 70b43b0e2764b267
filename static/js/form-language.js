// Another language in the middle of a form: form.json has the words of all of them.

import { lang, load, speaking, t } from "./words.js";
import { plain, written } from "./written.js";

const NAMES = { fr: ["fr", "fra", "fre", "french", "français", "francais"], en: ["en", "eng", "english", "anglais"] };

/** The reader's language that a form means by a name (twin: blueprints/forms/languages.py); "" for any other. */
export function code(name) {
  const whole = name.trim().toLowerCase();
  const found = [whole, whole.split("(")[0].trim()];
  for (const [, short] of whole.matchAll(/\(([a-z]{2,3})(?:[-_][a-z]+)?\)/g)) found.push(short);
  return Object.keys(NAMES).find((each) => NAMES[each].some((one) => found.includes(one))) ?? "";
}

/** What translates the engine's messages for somebody who reads a form in this language. */
export async function speaker(language) {
  const wanted = code(language) || lang;
  return wanted === lang ? t : speaking(await load(wanted));
}

/** Writes every word of the form anew. */
export function respell(sheet) {
  const { filled, parts, form } = sheet;
  form.lang = code(filled.language) || /\(([a-z]{2,3}(?:-\w+)?)\)/.exec(filled.language)?.[1] || "";
  const put = (place, node, text) => {
    if (!place || !text) return;
    const star = place.querySelector(":scope > .required");
    const counter = place.querySelector(":scope > [data-page]");
    const inner = place.querySelector(":scope > h2, :scope > h3");
    const words = written(filled.words(node, text));
    const quoting = (inner ?? place).querySelector("[data-text]");
    if (quoting) quoting.replaceChildren(...words);
    else if (inner) inner.replaceChildren(...words);
    else place.replaceChildren(...words, ...[star, counter].filter(Boolean));
  };
  for (const [node, part] of parts) {
    const { question } = node;
    const { label, hint, guidance_hint: guidance } = question;
    if (!part.matches(".form-row"))
      put(
        part.querySelector(":scope > legend, :scope > label, :scope > p, :scope > .choices > label > span"),
        node,
        label,
      );
    put(part.querySelector(":scope > .hint"), node, hint);
    put(part.querySelector(":scope > .guidance > p"), node, guidance);
    if (question.list_name) choices(part, node, filled);
  }
  for (const [place, { parent, question }] of sheet.repeats)
    put(place.querySelector(":scope > legend"), parent.named(question.name)[0] ?? filled.top, question.label);
}

function choices(part, node, filled) {
  const every = new Map(
    (filled.definition.choices[node.question.list_name] ?? []).map((choice) => [choice.name, choice]),
  );
  const words = (name) => {
    const choice = every.get(name);
    return choice && (filled.words(node, choice.label) || name);
  };
  for (const option of part.querySelectorAll("option"))
    if (option.value) option.textContent = plain(words(option.value) ?? option.value);
  for (const field of part.querySelectorAll("label > input")) {
    const place = field.parentElement.querySelector(":scope > span");
    const said = words(field.value);
    if (!place || said === undefined) continue;
    const media = [...place.querySelectorAll(".media")];
    place.replaceChildren(...written(said), ...media);
  }
  const heads = part.querySelectorAll(".cells > span");
  [...every.keys()].forEach((name, at) => {
    heads[at]?.replaceChildren(...written(words(name)));
  });
}
