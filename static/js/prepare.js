// "Prepare my day": the visible step that brings the day's pages to the phone, and what the phone says about itself.

import { get } from "./db.js";
import { onChange } from "./outbox.js";
import { prepare, room } from "./pack.js";
import { keptAt, who } from "./person.js";
import { element, icon, net, say } from "./status.js";
import { size, t, tn, when } from "./words.js";

const root = globalThis.document?.documentElement;

/** What the screen shows of a pack: per visit its pages with ticks; other pages together. */
export function model(pack) {
  const visits = new Map();
  const other = [];
  for (const page of pack?.pages ?? []) {
    if (!page.visit) other.push(page);
    else visits.set(page.visit, [...(visits.get(page.visit) ?? []), page]);
  }
  return {
    visits: [...visits].map(([id, pages]) => ({
      id,
      title: (pages.find((page) => page.kind === "visit") ?? pages[0]).title,
      pages,
      ok: pages.every((page) => page.ok),
    })),
    other,
    ok: (pack?.pages ?? []).filter((page) => page.ok).length,
    total: pack?.pages.length ?? 0,
  };
}

/** How far the phone's clock is from the server's, in words; empty under two minutes. */
export function drift(offset) {
  const minutes = Math.round(Math.abs(offset) / 60_000);
  if (minutes < 2) return "";
  const time =
    minutes < 120
      ? tn("{n} minute", "{n} minutes", minutes)
      : minutes < 2880
        ? tn("{n} hour", "{n} hours", Math.round(minutes / 60))
        : tn("{n} day", "{n} days", Math.round(minutes / 1440));
  return offset > 0
    ? t("This phone’s clock is {time} slow.", { time })
    : t("This phone’s clock is {time} fast.", { time });
}

/** The round's own line: "Ready offline, 06:58", only where it is true. */
function drawLine(ready, pack) {
  const line = document.querySelector("[data-prepare-line]");
  if (!line) return;
  line.hidden = !ready;
  if (ready)
    line.querySelector("[data-prepare-words]").textContent = t("Ready offline, {time}", { time: when(pack.at) });
}

/** Binds the button and draws the state, now and when it changes. */
export function start() {
  const box = document.querySelector("[data-prepare]");
  box.querySelector("[data-prepare-now]")?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    const person = (await who())?.person;
    button.disabled = true;
    const result = person
      ? await prepare(person, root.dataset.edition, (step) => progress(box, step))
      : { why: "sign-in" };
    button.disabled = false;
    progress(box, { done: 0, total: 0 });
    say(
      {
        "": t("Your day is ready offline."),
        "sign-in": t("Sign in to prepare your day."),
        other: t("Somebody else is signed in."),
      }[result.why] ??
        t("Not everything could be fetched. What is ticked is on this phone; try again with better reception."),
    );
    draw(box);
  });
  onChange((what) => {
    if (what.pack) draw(box);
  });
  draw(box);
}

function progress(box, { done, total }) {
  const bar = box.querySelector("[data-prepare-progress]");
  if (!bar) return;
  bar.hidden = !total || done === total;
  Object.assign(bar, { max: total || 1, value: done });
}

async function draw(box) {
  const person = (await who())?.person;
  const found = await get("settings", "pack");
  const pack = found?.person === person ? found : null;
  const shown = model(pack);
  const summary = box.querySelector("[data-prepare-summary]");
  const ready = pack && shown.ok === shown.total;
  summary.textContent = !pack
    ? t("Not prepared yet")
    : ready
      ? t("Ready offline, {time}", { time: when(pack.at) })
      : t("{ok} of {total} pages ready", { ok: shown.ok, total: shown.total });
  box.dataset.state = ready ? "ready" : "missing";
  drawLine(ready, pack);
  const list = box.querySelector("[data-prepare-list]");
  if (!list) return;
  list.replaceChildren(
    ...shown.visits.map((visit) => item(visit.title, visit.ok, visit.pages.map(line))),
    ...(shown.other.length
      ? [
          item(
            t("Pages of the day"),
            shown.other.every((page) => page.ok),
            shown.other.map(line),
          ),
        ]
      : []),
  );
  const facts = box.querySelector("[data-prepare-facts]");
  if (facts) await drawFacts(facts, pack);
}

const line = (page) => {
  const [, version] = (page.form ?? "").split(" ");
  const text = version
    ? t("{title}, version {version}", { title: page.title, version: version.slice(0, 8) })
    : page.title;
  const made = element("li");
  made.append(
    icon(page.ok ? "check" : "square"),
    element("span", "", text),
    element("span", "sr", page.ok ? t("on this phone") : t("missing")),
  );
  return made;
};

function item(title, ok, lines) {
  const made = element("li", "row");
  const more = element("details", "more");
  const summary = element("summary");
  summary.append(
    icon(ok ? "circle-check" : "circle-alert"),
    element("span", "", title),
    element("span", "sr", ok ? t("on this phone") : t("missing")),
  );
  const list = element("ul", "pack-pages");
  list.append(...lines);
  more.append(summary, list);
  made.append(more);
  return made;
}

async function drawFacts(facts, pack) {
  const { usage, quota, persisted } = await room();
  const rows = [
    [
      t("Space"),
      usage === null ? t("not known") : t("{used} used, {free} free", { used: size(usage), free: size(quota - usage) }),
    ],
    [
      t("Storage"),
      persisted
        ? t("The phone has promised to keep it.")
        : t("The phone may empty it when space runs short. Install Tournée on the home screen: then it is kept."),
    ],
    [t("Clock"), pack ? drift(pack.offset) || t("agrees with the server") : t("not compared yet")],
    [t("Edition"), root.dataset.edition.slice(0, 8)],
    [
      t("Prepared"),
      pack ? t("{time}; shown until {end}", { time: when(pack.at), end: when(pack.expires) }) : t("not yet"),
    ],
    [
      t("Page"),
      keptAt === null
        ? net.online === false
          ? t("offline")
          : t("from the server")
        : t("kept on this phone, {time}", { time: when(keptAt) }),
    ],
  ];
  facts.replaceChildren(
    ...rows.map(([word, value]) => {
      const row = element("div");
      row.append(element("dt", "", word), element("dd", "", value));
      return row;
    }),
  );
}
