// What a person typed, as the text that is kept (twin: blueprints/forms/engine/values.py).

import { isDay } from "./dates.js";
import { choicesOf } from "./definition.js";
import { words } from "./functions.js";

const LONGEST = 10_000; // characters of a text
const DIGITS = 15; // of a number: more cannot be reckoned with exactly
const ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐༠၀០᠐０"; // the zeros of other scripts, each followed by its nine
const BLANK = /^[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const FILE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NUMBER = /^([+-]?)([0-9]*)(?:[.,٫]([0-9]*))?$/;
const THOUSANDS = /^[+-]?[0-9]{1,3}([ \u00a0\u202f][0-9]{3})+([.,٫][0-9]*)?$/;

const fine = (text) => [text, ""];
const wrong = (message) => ["", message];

/** The canonical text of what was typed for a question, '' for nothing; and a message where it cannot be read. */
export function canonical(definition, question, typed, files, t) {
  const texts = typed.filter((text) => !BLANK.test(text));
  if (!texts.length) return fine("");
  if (question.type === "select_multiple") return choices(definition, question, texts.flatMap(words), t);
  if (texts.length > 1 && question.type !== "image") return wrong(t("Give one answer only."));
  if (["text", "calculate"].includes(question.type)) return text(texts.at(-1), t);
  const plain = trimmed(asciiDigits(texts.at(-1)));
  switch (question.type) {
    case "integer":
    case "decimal":
      return number(plain, question.type === "integer", t);
    case "range":
      return range(plain, question, t);
    case "date":
      return date(plain, t);
    case "time": {
      const found = /^(([01][0-9]|2[0-3]):[0-5][0-9])(:[0-5][0-9](\.[0-9]+)?)?$/.exec(plain);
      return found ? fine(found[1]) : wrong(t("Write a time from 00:00 to 23:59."));
    }
    case "select_one":
      return choices(definition, question, [plain], t);
    case "acknowledge":
      return plain === "OK" ? fine(plain) : wrong(t("This answer is not among the choices."));
  }
  const known = FILE.test(plain) && (!files || files.has(plain));
  return known ? fine(plain) : wrong(t("This photo is not with the answers."));
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

function choices(definition, question, names, t) {
  const known = new Set(choicesOf(definition, question).map((choice) => choice.name));
  return names.every((name) => known.has(name))
    ? fine([...new Set(names)].join(" "))
    : wrong(t("This answer is not among the choices."));
}
