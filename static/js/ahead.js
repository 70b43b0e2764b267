// What this phone knows ahead of the server: a kept status moves the round on and stands in the proof of its visit; a kept
// correction answers what was sent back.

import { badge, drawBadges, element } from "./status.js";
import { t, tn, when } from "./words.js";

const OPEN = ["planned", "confirmed", "en_route", "in_progress"];
const MADE = ["done", "partly_done"];
const CANCELLED = ["cancelled_by_us", "cancelled_by_client"];
const WORDS = {
  in_progress: t("In progress"),
  done: t("Made"),
  partly_done: t("Partly done"),
  attempted: t("Nobody answered"),
  missed: t("Missed by us"),
  no_show: t("Client absent"),
  cancelled_by_client: t("Cancelled by the client"),
  entered_in_error: t("Entered in error"),
  corrected: t("Times corrected"),
};

/** A visit's status as it stands: what is kept here, else what the server said. */
export const standing = ({ status, statusKept }) =>
  WORDS[statusKept] && statusKept !== "corrected" ? statusKept : status;

/** The place of the visit to do next among these statuses: what has begun, else the first to come; -1 for none. */
export function nextOf(statuses) {
  const going = statuses.indexOf("in_progress");
  return going < 0 ? statuses.findIndex((status) => OPEN.includes(status)) : going;
}

/** How a round stands: how many visits are made, of how many that were not cancelled. */
export function counted(visits) {
  const all = visits.filter((visit) => !CANCELLED.includes(standing(visit)));
  return { made: all.filter((visit) => MADE.includes(standing(visit))).length, all: all.length };
}

/** Begin and end of a visit, from what the server said ("" where nothing) and the statuses kept of it since. */
export function times(began, ended, kept) {
  for (const one of kept) {
    const said = new Map(one.fields);
    if (one.status === "in_progress") began ||= when(one.recorded);
    else if (MADE.includes(one.status)) ended ||= when(one.recorded);
    else if (one.status === "corrected" && said.has("ended")) [began, ended] = [said.get("started"), said.get("ended")];
  }
  return [began, ended];
}

/** Draws it; `news`: what waits, and the receipts that came since the page was made. */
export function draw(news) {
  const statuses = news.filter((one) => one.status && one.state !== "refused");
  const round = document.querySelector("[data-round]");
  if (round) drawRound(round, statuses);
  drawReturns(news);
  for (const proof of document.querySelectorAll(".proof")) drawProof(proof, statuses);
  for (const word of document.querySelectorAll("[data-status-kept] [data-kept-word]"))
    word.textContent = WORDS[word.closest("[data-status-kept]").dataset.statusKept] ?? word.textContent;
}

function drawRound(round, statuses) {
  const rows = [...round.querySelectorAll("li[data-visit]")];
  const at = nextOf(rows.map((row) => standing(row.dataset)));
  const cards = [...round.querySelectorAll("article[data-visit]")];
  const next = at < 0 ? null : cards.find((card) => card.dataset.visit === rows[at].dataset.visit);
  for (const card of cards) card.hidden = card !== next;
  rows.forEach((row, place) => {
    row.hidden = Boolean(next) && place === at;
    const word = WORDS[row.dataset.statusKept];
    if (word) row.querySelector("[data-waiting]")?.prepend(badge(word, "quiet", "smartphone"));
  });
  const past = at < 0 ? rows.length : at + 1;
  const [before, after] = round.querySelectorAll("ul");
  if (before.children.length !== past) {
    before.replaceChildren(...rows.slice(0, past));
    after.replaceChildren(...rows.slice(past));
  }
  for (const list of [before, after]) list.hidden = ![...list.children].some((row) => !row.hidden);
  drawProgress(rows, statuses);
}

function drawProgress(rows, statuses) {
  const bar = document.querySelector("progress[data-made]");
  if (!bar) return;
  const { made, all } = counted(rows.map((row) => row.dataset));
  const unsent = rows.filter(
    ({ dataset }) =>
      !MADE.includes(dataset.status) &&
      MADE.includes(standing(dataset)) &&
      statuses.some((one) => one.visit === dataset.visit && one.fields),
  ).length;
  const words = tn("{n} of {all} visits made", "{n} of {all} visits made", made, { n: "\n", all });
  const [first, rest] = words.split("\n");
  const left = unsent ? ` · ${tn("{n} to send", "{n} to send", unsent)}` : "";
  bar
    .closest(".progress")
    .querySelector(".split > span")
    .replaceChildren(first, element("b", "", made), rest + left);
  Object.assign(bar, { max: all || 1, value: made });
  bar.setAttribute("aria-label", first + made + rest + left);
}

function drawReturns(news) {
  const line = document.querySelector("[data-returns-line]");
  if (!line) return;
  const rows = [...document.querySelectorAll("#returns + .rows > .row")];
  const answers = rows.map((row) => {
    const page = row.querySelector("a").getAttribute("href");
    const own = news.filter((one) => one.page === page);
    drawBadges(row, own);
    return own.findLast((one) => one.delivered || one.state === "waiting");
  });
  const left = answers.filter((one) => !one).length;
  line.hidden = !left && answers.every((one) => one.delivered);
  line.dataset.tone = left ? "bad" : "warn";
  line.querySelector("a").textContent = left
    ? tn("{n} text was sent back to you", "{n} texts were sent back to you", left)
    : t("What was sent back to you is corrected and kept; it is still to be sent.");
}

function drawProof(proof, statuses) {
  const visit = proof.closest("[data-visit]").dataset.visit;
  const kept = statuses.filter((one) => one.visit === visit && one.fields);
  const cell = proof.querySelector("[data-times]");
  const [began, ended] = times(cell.dataset.began, cell.dataset.ended, kept);
  if (kept.length && (began || ended)) cell.textContent = `${began || "?"} – ${ended || "?"}`;
  const noted = proof.querySelector("[data-noted]");
  const list = noted.querySelector("ol");
  for (const old of list.querySelectorAll("[data-kept-item]")) old.remove();
  for (const one of kept) {
    const item = element("li");
    item.dataset.keptItem = one.id;
    const since = element("span", "muted", t("Only on this phone, since {time}", { time: when(one.recorded) }));
    item.append(element("b", "", WORDS[one.status] ?? one.label), " ", since);
    const reason = new Map(one.fields).get("reason");
    if (reason) item.append(element("p", "words", reason));
    list.append(item);
  }
  noted.hidden = !list.children.length;
}
