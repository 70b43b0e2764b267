// Dates as local wall-clock days (twin: blueprints/forms/engine/dates.py).
// A clock is text: 2026-11-24T10:15:30.000+01:00, the moment and the offset of whoever fills the form.

export const DAY = 86_400_000;
const MOMENT = /^(\d{4})-(\d\d?)-(\d\d?)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?(Z|[+-][01]\d:?[0-5]\d)?)?$/;
const DAYS_SHORT = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS_SHORT = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Whether the calendar has that day. */
export function isDay(year, month, day) {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= length;
}

/** Wall-clock milliseconds since 1970-01-01T00:00 where the clock hangs; NaN for what is no date. */
export function milliseconds(text, clock) {
  const found = MOMENT.exec(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""));
  if (!found) return Number.NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute, second, Number((found[7] ?? "0").padEnd(3, "0")));
  return at.getTime() + (found[8] ? (offset(clock.slice(23)) - offset(found[8])) * 60_000 : 0);
}

/** The date or moment as a number of days, with its fraction; NaN for what is no date. */
export const days = (text, clock) => milliseconds(text, clock) / DAY;

/** The date of a number of days; '' for what no calendar has. */
export function dayText(number) {
  const at = new Date(Math.floor(number) * DAY);
  return inCalendar(at) ? at.toISOString().slice(0, 10) : "";
}

/** The moment of a number of days, on the wall of the clock's place: at midnight the day alone; '' for none. */
export function momentText(number, clock) {
  const at = new Date(Math.floor(number * DAY + 0.5));
  if (!inCalendar(at)) return "";
  return at % DAY ? at.toISOString().slice(0, 23) + clock.slice(23) : dayText(at / DAY);
}

const inCalendar = (at) => at.getUTCFullYear() > 0 && at.getUTCFullYear() < 10_000;

/** Milliseconds and years, months, days, hours, minutes more; a month that is too short takes the day over. */
export function added(start, steps, clock) {
  const [years, months, plus, hours, minutes] = [0, 1, 2, 3, 4].map((at) =>
    Number.isFinite(steps[at]) ? Math.trunc(steps[at]) : 0,
  );
  const at = new Date(start);
  const count = (at.getUTCFullYear() + years) * 12 + at.getUTCMonth() + months;
  const far = Math.max(...[years, months, plus].map(Math.abs)) > 1e6;
  if (!inCalendar(at) || far || count < 12 || count >= 120_000) return "";
  at.setUTCFullYear(Math.floor(count / 12), count % 12, at.getUTCDate() + plus);
  return momentText((at.getTime() + (hours * 60 + minutes) * 60_000) / DAY, clock);
}

/** The ISO week of the year. */
function week(at) {
  const thursday = new Date(at);
  thursday.setUTCDate(at.getUTCDate() + 4 - (at.getUTCDay() || 7));
  return Math.ceil(((thursday - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / DAY + 1) / 7);
}

/** The date or moment written by a pattern such as %d/%m/%Y; '' for what is no date. */
export function formatted(text, pattern, clock) {
  const at = new Date(milliseconds(text, clock));
  if (!inCalendar(at)) return "";
  const iso = at.toISOString();
  const parts = {
    Y: iso.slice(0, 4),
    y: iso.slice(2, 4),
    m: iso.slice(5, 7),
    n: at.getUTCMonth() + 1,
    b: MONTHS_SHORT[at.getUTCMonth()],
    d: iso.slice(8, 10),
    e: at.getUTCDate(),
    a: DAYS_SHORT[at.getUTCDay()],
    H: iso.slice(11, 13),
    h: at.getUTCHours(),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    W: week(at),
    3: iso.slice(20, 23),
  };
  return pattern.replace(/%(.)/g, (whole, letter) => parts[letter] ?? whole);
}

/** Whole calendar months from the first date to the second; NaN where one is no date. */
export function monthsBetween(first, second, clock) {
  const [a, b] = [first, second].map((text) => dayText(days(text, clock)));
  if (!a || !b) return Number.NaN;
  const [[year, month, day], [year2, month2, day2]] = [a, b].map((text) => text.split("-").map(Number));
  return (year2 - year) * 12 + month2 - month - (day2 < day ? 1 : 0);
}

function offset(text) {
  if (text === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text[0] === "-" ? -minutes : minutes;
}
