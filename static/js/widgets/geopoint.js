// Where the phone is, on the press of a button and never before; typing stays.

import { element, icon, say } from "../status.js";
import { t } from "../words.js";

const LIMIT = { enableHighAccuracy: true, timeout: 30_000, maximumAge: 0 };

/** The place of the phone as forms write it: latitude, longitude, altitude, accuracy in metres. */
export const here = () =>
  new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { latitude, longitude, altitude, accuracy } = coords;
        resolve(
          [latitude.toFixed(7), longitude.toFixed(7), (altitude ?? 0).toFixed(1), accuracy.toFixed(1)]
            .map(Number)
            .join(" "),
        );
      },
      reject,
      LIMIT,
    );
  });

/** A button that asks where the phone is, and what it says meanwhile; `take` gets the place. */
export function locator(words, take) {
  const button = Object.assign(element("button", "button"), { type: "button" });
  const said = element("span", "", words);
  button.append(icon("map-pin"), said);
  button.addEventListener("click", async () => {
    button.setAttribute("aria-disabled", "true");
    said.textContent = t("Looking for the place …");
    try {
      const place = await here();
      take(place);
      say(t("Found, within {n} m.", { n: Math.round(place.split(" ")[3]) }));
    } catch (error) {
      say(
        error.code === 1
          ? t("This phone does not allow to know where it is.")
          : t("The place was not found. Try again outside, or type it."),
      );
    } finally {
      button.removeAttribute("aria-disabled");
      said.textContent = words;
    }
  });
  return button;
}

export function dress(part) {
  if (!navigator.geolocation) return;
  const field = part.querySelector("input");
  const button = locator(t("I am there now"), (place) => {
    field.value = place;
    for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
  });
  field.after(button);
}
