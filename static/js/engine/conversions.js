// Values of expressions and their conversions, as XPath 1.0 has them (twin: blueprints/forms/engine/conversions.py).
// A value is a number, a text, a truth or a list of nodes. A scope is {node, clock}.

import { days } from "./dates.js";

const NUMBER = /^[ \t\r\n]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))[ \t\r\n]*$/;

/** As a number: a truth is 0 or 1, a date its days, anything unreadable NaN. */
export function toNumber(value, scope) {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  const text = toText(value);
  const found = NUMBER.exec(text);
  return found ? Number(found[1]) : days(text, scope.clock);
}

/** As text: numbers without exponent, the first node of a list. */
export function toText(value) {
  if (Array.isArray(value)) return value[0]?.text ?? "";
  if (typeof value !== "number") return String(value);
  const text = String(value); // -0 gives 0
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!found) return text;
  const [, sign, first, rest = "", power] = found;
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${first}${rest}`;
  return sign + first + rest.padEnd(Number(power), "0");
}

/** As a truth: neither 0, NaN, '' nor an empty list. */
export const toTruth = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** What a calculation keeps: NaN is kept as a blank. */
export function stored(value) {
  const text = toText(value);
  return text === "NaN" ? "" : text;
}
