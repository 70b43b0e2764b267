// A way or an area as a list of places, one a line: a button adds where the phone is, another takes the last away.

import { element, icon } from "../status.js";
import { t } from "../words.js";
import { locator } from "./geopoint.js";

export function dress(part) {
  const field = part.querySelector("textarea");
  const lines = () => field.value.split("\n").filter((line) => line.trim());
  const write = (all) => {
    field.value = all.join("\n");
    for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
  };
  const row = element("div", "actions");
  if (navigator.geolocation) row.append(locator(t("Add where I am"), (place) => write([...lines(), place])));
  const away = Object.assign(element("button", "button"), { type: "button" });
  away.append(icon("x"), element("span", "", t("Remove the last place")));
  away.addEventListener("click", () => write(lines().slice(0, -1)));
  row.append(away);
  field.after(row);
}
