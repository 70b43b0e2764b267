// What a person typed, as the text that is kept (twin: blueprints/forms/engine/values.py).

import { isDay } from "./dates.js";
import { FILES, namesOf, SILENT } from "./definition.js";
import { words } from "./functions.js";

const LONGEST = 10_000; // characters of a text
const DIGITS = 15; // of a number: more cannot be reckoned with exactly
const ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐༠၀០᠐０"; // the zeros of other scripts, each followed by its nine
const BLANK = /^[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const FILE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-][01]\d:?[0-5]\d)?$/;
const MOMENTS = ["start", "end", "today"];
const NUMBER = /^([+-]?)([0-9]*)(?:[.,٫]([0-9]*))?$/;
const THOUSANDS = /^[+-]?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+([.,٫][0-9]*)?$/;

const fine = (text) => [text, ""];
const wrong = (message) => ["", message];

/** The canonical text of what was typed for a question, '' for nothing; and a message where it cannot be read. */
export function canonical(definition, question, typed, files, t) {
  const texts = typed.filter((text) => !BLANK.test(text));
  if (!texts.length) return fine("");
  const { type } = question;
  if (type === "select_multiple" || type === "rank") return choices(definition, question, texts.flatMap(words), t);
  if (type === "geotrace" || type === "geoshape") return points(texts.join(";"), type === "geotrace" ? 2 : 3, t);
  if (texts.length > 1 && !FILES.includes(type)) return wrong(t("Give one answer only."));
  if (type === "text" || type === "barcode" || (SILENT.includes(type) && !MOMENTS.includes(type)))
    return text(texts.at(-1), t);
  if (type === "select_one") return choices(definition, question, [trimmed(texts.at(-1))], t);
  const plain = trimmed(asciiDigits(texts.at(-1)));
  switch (type) {
    case "integer":
    case "decimal":
      return number(plain, type === "integer", t);
    case "range":
      return range(plain, question, t);
    case "date":
    case "today":
      return date(plain, t);
    case "dateTime":
    case "start":
    case "end":
      return moment(plain, t);
    case "geopoint":
      return points(plain, 1, t);
    case "time": {
      const found = /^(([01][0-9]|2[0-3]):[0-5][0-9])(:[0-5][0-9](\.[0-9]+)?)?$/.exec(plain);
      return found ? fine(found[1]) : wrong(t("Write a time from 00:00 to 23:59."));
    }
    case "acknowledge":
      return plain === "OK" ? fine(plain) : wrong(t("This answer is not among the choices."));
  }
  if (FILE.test(plain) && (!files || files.has(plain))) return fine(plain);
  const photo = type === "image";
  return wrong(photo ? t("This photo is not with the answers.") : t("This file is not with the answers."));
}

/** Line ends become LF: browsers post CR LF. */
export const unified = (text) => text.replace(/\r\n?/g, "\n");

/** Digits of other scripts as 0 to 9, the minus sign as a hyphen. */
export function asciiDigits(text) {
  return text.replace(/\u2212/g, "-").replace(/[\u0660-\uffff]/g, (char) => {
    const zero = [...ZEROS].find((each) => char >= each && char.charCodeAt(0) < each.charCodeAt(0) + 10);
    return zero ? char.charCodeAt(0) - zero.charCodeAt(0) : char;
  });
}

const trimmed = (text) => text.replace(/^[ \t\n\r\f\v\u00a0\u202f]+|[ \t\n\r\f\v\u00a0\u202f]+$/g, "");

function text(typed, t) {
  if (typed.length > LONGEST && [...typed].length > LONGEST)
    return wrong(t("Write at most {limit} characters.", { limit: LONGEST }));
  return CONTROL.test(typed) ? wrong(t("This text contains a character that cannot be kept.")) : fine(typed);
}

function number(typed, whole, t) {
  const found = NUMBER.exec(THOUSANDS.test(typed) ? typed.replace(/[ \u00a0\u202f]/g, "") : typed);
  const decimals = (found?.[3] ?? "").replace(/0+$/, "");
  if (!found || !(found[2] || found[3]) || (whole && decimals)) {
    return wrong(whole ? t("Write a whole number, such as 12.") : t("Write a number, such as 12.5."));
  }
  const units = found[2].replace(/^0+/, "");
  if (units.length + decimals.length > DIGITS) return wrong(t("This number is too long."));
  const plain = (units || "0") + (decimals && `.${decimals}`);
  return fine((found[1] === "-" && plain !== "0" ? "-" : "") + plain);
}

function range(typed, question, t) {
  const { start, end, step } = question.parameters;
  const [value, message] = number(typed, false, t);
  const steps = (Number(value) - start) / step;
  if (message || Number(value) < start || Number(value) > end || Math.abs(steps - Math.floor(steps + 0.5)) > 1e-9) {
    return wrong(t("Choose a number from {low} to {high}.", { low: start, high: end }));
  }
  return fine(value);
}

function date(typed, t) {
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(typed);
  return found && isDay(...found.slice(1).map(Number)) ? fine(typed) : wrong(t("This is not a day of the calendar."));
}

function moment(typed, t) {
  const found = MOMENT.exec(typed);
  return found && isDay(...found.slice(1, 4).map(Number))
    ? fine(`${typed.slice(0, 10)}T${typed.slice(11)}`)
    : wrong(t("Write a day and a time, such as 2026-11-24 09:05."));
}

/** One point, or several with semicolons or line ends between them. */
function points(typed, least, t) {
  const all = typed
    .split(/[;\n]/)
    .filter((text) => !BLANK.test(text))
    .map(point);
  if (!all.every(Boolean) || (least === 1 && all.length !== 1))
    return wrong(t("Write a place as latitude and longitude, such as 48.1173 -1.6778."));
  return all.length < least ? wrong(t("Give at least {count} points.", { count: least })) : fine(all.join("; "));
}

function point(typed) {
  const plain = trimmed(asciiDigits(typed)).replace(/^(-?\d+\.\d+),(-?\d+\.\d+)$/, "$1 $2");
  const read = words(plain).map((part) => number(part.replace(/,+$/, ""), false, String)[0]);
  const inside = Math.abs(read[0]) <= 90 && Math.abs(read[1]) <= 180;
  return read.length <= 4 && read.every(Boolean) && inside ? read.join(" ") : "";
}

function choices(definition, question, names, t) {
  const known = namesOf(definition, question);
  if (definition.external?.[question.list_name] && !known.size) return fine([...new Set(names)].join(" "));
  return names.every((name) => known.has(name))
    ? fine([...new Set(names)].join(" "))
    : wrong(t("This answer is not among the choices."));
}
