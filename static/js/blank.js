// A blank page becomes the page of whom it is about: a visit that only this phone knows (`?visit=`), or the client or visit
// in whose place the worker shows it (a note in a format of which the pack has no page of their own).

import { get } from "./db.js";
import { address, NOBODY } from "./fields.js";
import { onPage } from "./person.js";

const before = (label) => (label ?? "").split(" · ")[0];

/** Whom the page at this address is about: {visit, client, name, home, note(format)}, or null. */
export async function whom(location, person) {
  const visit = new URLSearchParams(location.search).get("visit");
  if (visit) {
    const made = (await get("captures", visit)) ?? (await get("receipts", visit));
    const note = (format) => `/notes/${format}/blank?visit=${visit}`;
    return { visit, client: made?.client ?? "", name: before(made?.label), home: `/visits/new?visit=${visit}`, note };
  }
  const [home, what, id] = /^\/(clients|visits)\/([0-9a-f-]{36})(?=\/notes\/)/.exec(location.pathname) ?? [];
  if (!home) return null;
  const listed = (await get("settings", "pack"))?.pages.find((page) => page.url === home);
  const draft = listed ? null : await get("drafts", `${person} ${location.pathname}`);
  const note = (format) => `${home}/notes/${format}`;
  if (what === "visits") {
    const name = listed ? listed.title.split(" ").slice(1).join(" ") : before(draft?.label); // after its time
    return { visit: id, client: listed?.client ?? draft?.client ?? "", name, home, note };
  }
  const name = listed ? listed.title.split(" · ").slice(1).join(" · ") : before(draft?.label);
  return { visit: "", client: id, name, home, note };
}

/** Puts that into the form's addresses and label, and into what stands around it. */
export async function settle(form) {
  const about = await whom(location, onPage);
  if (!about) return;
  if (about.visit) {
    address(form, about.visit);
    form.dataset.visit = about.visit;
  } else {
    form.setAttribute("action", form.getAttribute("action").replace(`/visits/${NOBODY}`, about.home));
    delete form.dataset.visit;
  }
  form.dataset.client ||= about.client;
  form.dataset.label = [about.name, form.dataset.label].filter(Boolean).join(" · ");
  if (/\/visits\/new$/.test(location.pathname)) return; // it stays the page of the visit
  form.dataset.next = about.home;
  for (const link of document.querySelectorAll("a.back, .foot a.button")) link.setAttribute("href", about.home);
  for (const link of document.querySelectorAll('a.chip[href$="/blank"]'))
    link.setAttribute("href", about.note(link.getAttribute("href").split("/")[2]));
  const heading = document.querySelector("h1");
  if (!about.name || !heading) return;
  const what = Object.assign(document.createElement("p"), { textContent: heading.textContent });
  heading.textContent = about.name;
  heading.after(what);
  document.title = document.title.replace(what.textContent, about.name);
}
