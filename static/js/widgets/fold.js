// A long list of which several may be chosen: what is chosen stands in the line that opens it, and typing looks through it.

import { element } from "../status.js";
import { lang, t, tn } from "../words.js";

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(lang);

/** Puts a search field into the opened list and the chosen answers into its first line. */
export function dress(part, form) {
  const summary = part.querySelector("summary");
  const choices = part.querySelector(".choices");
  const empty = summary.textContent;
  const input = Object.assign(element("input"), {
    type: "search",
    autocomplete: "off",
    placeholder: t("Type to search"),
  });
  const says = element("span", "sr");
  input.setAttribute("aria-label", t("Search in the choices"));
  says.setAttribute("role", "status");
  choices.before(input, says);
  const chosen = () => {
    const words = [...choices.querySelectorAll(":checked")].map((field) => field.parentElement.textContent.trim());
    summary.textContent = words.length ? words.join(", ") : empty;
  };
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = fold(input.value).split(/\s+/).filter(Boolean);
    let n = 0;
    for (const line of choices.children) {
      line.hidden = !wanted.every((word) => fold(line.textContent).includes(word));
      if (!line.hidden) n++;
    }
    says.textContent = tn("{n} choice", "{n} choices", n);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  choices.addEventListener("change", chosen);
  form.addEventListener("tournee:restored", chosen);
  chosen();
}
