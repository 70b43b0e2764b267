// The interface's words. A message is its own English; other languages are looked up. Numbers and times as people write them.

const root = globalThis.document?.documentElement;
export const lang = root?.lang || "en";

/** The messages of a language; English is itself, and a file that is missing leaves English. */
export async function load(name) {
  if (name === "en" || !root) return {};
  try {
    return (await import(`./words/${name}.js`)).default;
  } catch {
    return {};
  }
}

let plurals; // made once: each takes a slow phone milliseconds
let numbers;
const words = await load(lang);
const fill = (text, params) => text.replace(/\{(\w+)\}/g, (all, name) => params[name] ?? all);

/** What says messages in the language of these words. */
export const speaking =
  (words) =>
  (message, params = {}) => {
    const found = words[message];
    return fill((Array.isArray(found) ? found[0] : found) || message, params);
  };

/** The message in the reader's language, with `{name}` replaced from params. */
export const t = speaking(words);

/** The form of the message that n asks for; `{n}` in it is n. */
export function tn(one, many, n, params = {}) {
  plurals ??= new Intl.PluralRules(lang);
  numbers ??= new Intl.NumberFormat(lang);
  const index = plurals.select(n) === "one" ? 0 : 1;
  return fill(words[one]?.[index] || [one, many][index], { n: numbers.format(n), ...params });
}

/** Clock time of a moment on this phone, 09:11; with the day where it is another one. */
export function when(moment) {
  const date = new Date(moment);
  const time = date.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return time;
  return t("{day} at {time}", { day: date.toLocaleDateString(lang, { day: "numeric", month: "short" }), time });
}

/** Bytes as people write them: 812 kB, 1.4 MB. */
export function size(bytes) {
  const [unit, value, digits] = bytes < 1e6 ? ["kilobyte", bytes / 1e3, 0] : ["megabyte", bytes / 1e6, 1];
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
}
