// The state of sending, always in sight: the pill, the counters, and what waits drawn over pages that do not know of it yet.

import { progress, queueOf } from "./delivery.js";
import { holdings } from "./outbox.js";
import { keptAt, kiosk, who } from "./person.js";
import { t, tn, when } from "./words.js";

export const net = { online: null };
const LIMIT = 4_000;

/** Asks the server whether it is there; the browser's own opinion is not believed, unless it says no. */
export async function ask() {
  let online = false;
  if (navigator.onLine !== false) {
    try {
      const answer = await fetch("/healthz", {
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(LIMIT),
      });
      online = answer.ok && (answer.headers.get("Content-Type") ?? "").includes("json");
    } catch {
      /* no answer is the answer */
    }
  }
  learn(online);
  return online;
}

/** Notes what was learnt about the network, and draws it. */
export function learn(online) {
  if (net.online === online) return;
  net.online = online;
  draw();
}

/** Says a sentence where a screen reader hears it and everybody sees it, until the next touch: it lies over the page. */
export function say(text, tone = "info") {
  const says = document.getElementById("says");
  if (!says) return;
  says.textContent = "";
  says.classList.add("says");
  says.dataset.tone = tone;
  requestAnimationFrame(() => {
    says.textContent = text;
    const hush = () => says.textContent === text && says.replaceChildren();
    addEventListener("click", hush, { once: true, capture: true }); // not before: the page may move, and the press with it
  });
}

const UNSEEN = 200; // ms; of a page that nobody sees no frame is drawn

/** When the page as it is has been drawn: what a person does not wait for comes after that. */
export const drawn = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
    setTimeout(resolve, UNSEEN);
  });

/** An element with class and text. */
export const element = (tag, className = "", textContent = "") =>
  Object.assign(document.createElement(tag), { className, textContent });

/** An icon of the sprite. */
export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.documentElement.dataset.static}icons.svg#${name}`);
  svg.append(use);
  return svg;
};

/** A badge as ui.badge makes it. */
export function badge(text, tone, sign) {
  const span = element("span", "badge");
  span.dataset.tone = tone;
  span.append(icon(sign), element("span", "", text));
  return span;
}

/** What the pill says: {tone, sign, words}. Green only where the server has receipted and nothing waits. */
export function pill({ waiting, trouble, rest, sending, online, received }) {
  const n = waiting + trouble;
  const count = n ? tn("{n} to send", "{n} to send", n) : "";
  if (rest && n) return { tone: "warn", sign: "log-in", words: t("Sign in to send") };
  if (online === false)
    return { tone: "warn", sign: "cloud-off", words: n ? t("Offline · {count}", { count }) : t("Offline") };
  if (sending && waiting) return { tone: "warn", sign: "upload", words: t("{count} · sending", { count }) };
  if (trouble && !waiting)
    return { tone: "bad", sign: "circle-alert", words: tn("{n} to correct", "{n} to correct", trouble) };
  if (n) return { tone: "warn", sign: "upload", words: count };
  return received
    ? { tone: "ok", sign: "check", words: t("All received") }
    : { tone: "quiet", sign: "send", words: t("Outbox") };
}

let timer = 0;
let last = 0;

/** Draws everything again, at most every 300 ms. */
export function draw() {
  if (timer || !globalThis.document) return;
  timer = setTimeout(
    async () => {
      timer = 0;
      last = Date.now();
      await paint().catch(() => {});
    },
    Math.max(0, last + 300 - Date.now()),
  );
}

async function paint() {
  if (kiosk) return; // no page of a kiosk shows what waits
  const person = (await who())?.person;
  const held = person ? await holdings(person) : { captures: [], files: [], receipts: [], drafts: [] };
  const trouble = held.captures.filter((one) => one.state !== "waiting").length;
  const waiting = held.captures.length - trouble;
  const rest = person && (await queueOf(person))?.rest;
  drawPill(
    {
      waiting:
        waiting +
        held.files.filter((one) => one.state === "waiting" && !held.captures.some((c) => c.id === one.capture)).length,
      trouble,
      rest,
      sending: progress.running,
      online: net.online,
      received: held.receipts.length > 0,
    },
    held,
  );
  const since = keptAt ?? performance.timeOrigin;
  const news = [...held.receipts.filter((one) => one.delivered >= since), ...held.captures];
  drawAdded(news);
  drawVisits(news);
  drawPapers(held.captures);
  if (document.querySelector("[data-round], [data-times], [data-kept-word]")) (await import("./ahead.js")).draw(news);
  drawTimelines(held.captures);
  drawRest(rest && held.captures.length);
}

function drawPill(facts, held) {
  const { tone, sign, words } = pill(facts);
  for (const link of document.querySelectorAll("[data-pill]")) {
    link.dataset.tone = tone;
    link.querySelector("svg")?.replaceWith(icon(sign));
    const cut = facts.online === false ? words.indexOf("·") + 1 : 0;
    const front = cut ? [element("span", "pill-net", `${words.slice(0, cut)} `)] : [];
    link.querySelector("[data-pill-words]").replaceChildren(...front, element("span", "", words.slice(cut).trim()));
    const oldest = held.captures[0];
    link.title = oldest ? t("Waiting since {time}", { time: when(oldest.recorded) }) : "";
  }
  for (const element of document.querySelectorAll("[data-count]")) {
    element.textContent = held.captures.length;
    element.hidden = !held.captures.length;
  }
}

function drawVisits(news) {
  for (const element of document.querySelectorAll("[data-visit]:not(form)")) {
    const own = news.filter((one) => one.visit === element.dataset.visit);
    const status = own.filter((one) => one.status && one.state !== "refused").pop();
    if (status) element.dataset.statusKept = status.status;
    else delete element.dataset.statusKept;
    drawBadges(element, own);
  }
}

/** What there is to fill in at a visit: a paper that is written, and only here yet, says so. */
function drawPapers(captures) {
  for (const row of document.querySelectorAll("[data-papers] > .row")) {
    const place = row.querySelector("a")?.getAttribute("href");
    if (place)
      drawBadges(
        row,
        captures.filter((one) => one.url === place || one.page === place),
      );
  }
}

/** What waits of something, or has been received since the page was made, in its place for badges. */
export function drawBadges(element, own) {
  const waiting = own.filter((one) => one.fields && one.state === "waiting").length;
  const trouble = own.filter((one) => one.fields && one.state !== "waiting").length;
  element
    .querySelector("[data-waiting]")
    ?.replaceChildren(
      ...[
        waiting && badge(tn("{n} to send", "{n} to send", waiting), "warn", "clock"),
        trouble && badge(tn("{n} to correct", "{n} to correct", trouble), "bad", "circle-alert"),
        !waiting && !trouble && own.some((one) => one.delivered) && badge(t("Received"), "ok", "check"),
      ].filter(Boolean),
    );
}

/** Visits that were added on this phone and that the round does not know of yet: the way back to them. */
function drawAdded(news) {
  const days = document.querySelector("main > .days");
  if (!days) return;
  document.querySelector("[data-added]")?.remove();
  const added = news.filter((one) => one.kind === "visit" && one.state !== "refused");
  if (!added.length) return;
  const going = added.some((one) => !news.some(({ kind, visit }) => kind === "status" && visit === one.id));
  const place = (going && document.querySelector("[data-round]")) || days; // what has begun comes first
  const list = element("ul", "rows");
  list.dataset.added = "";
  list.append(
    ...added.map((one) => {
      const item = element("li", "row");
      const body = element("div", "row-body");
      const head = element("div", "row-head");
      const title = element("strong");
      title.append(Object.assign(element("a", "", one.label), { href: `/visits/new?visit=${one.id}` }));
      head.append(title, element("span", "row-badges"));
      head.lastChild.append(element("span"));
      head.lastChild.firstChild.dataset.waiting = "";
      body.append(head, element("p", "", t("Added on this phone, {time}", { time: when(one.recorded) })));
      item.dataset.visit = one.id;
      item.append(body);
      return item;
    }),
  );
  place.before(list);
}

function drawTimelines(captures) {
  for (const list of document.querySelectorAll("[data-timeline]")) {
    for (const old of list.querySelectorAll("[data-kept-item]")) old.remove();
    for (const one of captures.filter((capture) => capture.client === list.dataset.client)) {
      const waits = one.state === "waiting";
      const item = element("li", "moment");
      item.dataset.keptItem = one.id;
      item.dataset.kept = "";
      const mark = element("span", "mark");
      mark.dataset.tone = waits ? "warn" : "bad";
      mark.append(icon(waits ? "clock" : "circle-alert"));
      const body = element("div");
      const head = element("div", "moment-head");
      head.append(element("h3", "", one.label.split(" · ").slice(1).join(" · ") || one.label));
      head.append(element("span", "muted small", when(one.recorded)));
      const words = one.kind === "note" ? one.fields.filter(([name]) => !/^(_|occurred)/.test(name)) : [];
      body.append(head, ...words.filter(([, text]) => text).map(([, text]) => element("p", "words", text)));
      const foot = element("p", "cluster");
      foot.append(
        badge(
          waits ? t("Only on this phone") : t("To correct"),
          mark.dataset.tone,
          waits ? "smartphone" : "circle-alert",
        ),
      );
      body.append(foot);
      item.append(mark, body);
      list.prepend(item);
    }
  }
}

function drawRest(resting) {
  const shown = document.querySelector("[data-rest-notice]");
  if (!resting) return shown?.remove();
  if (shown) return;
  const link = Object.assign(element("a", "", t("Sign in")), { href: "/sign-in" });
  const box = notice("warn", t("Your session has ended. Sign in again to send; nothing is lost."), link);
  box.dataset.restNotice = "";
  document.querySelector("main")?.prepend(box);
}

/** A banner as ui.notice makes it; further nodes follow its words. */
export function notice(tone, words, ...nodes) {
  const box = element("div", "notice");
  box.dataset.tone = tone;
  const text = element("div");
  text.append(element("p", "strong", words), ...nodes);
  box.append(icon({ bad: "circle-alert", warn: "triangle-alert" }[tone] ?? "info"), text);
  return box;
}
