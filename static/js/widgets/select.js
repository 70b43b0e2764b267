// A long list to look through by typing: a field above the list that the browser has, and what fits below it.

import { element } from "../status.js";
import { lang, t } from "../words.js";

const MOST = 30; // shown at once
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(lang);

/** Puts a combobox in front of a <select>; the select stays what is read and sent. */
export function dress(part) {
  const select = part.querySelector("select");
  const box = element("div", "look");
  const input = Object.assign(element("input"), {
    type: "text",
    id: select.id,
    autocomplete: "off",
    spellcheck: false,
  });
  const list = Object.assign(element("ul", "found"), { id: `${select.id}-list`, hidden: true });
  const says = element("span", "sr");
  says.setAttribute("role", "status");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", part.querySelector("label").textContent);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
  }))
    input.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid", "required"])
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  input.placeholder = t("Type to search");
  select.removeAttribute("id");
  select.classList.add("behind");
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  box.append(input, list, says);
  select.before(box);
  let folded = null;
  let at = -1;
  let shown = [];

  const show = () => {
    input.value = select.selectedOptions[0]?.textContent ?? "";
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    at = -1;
  };
  const mark = (to) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = Math.max(-1, Math.min(shown.length - 1, to));
    const line = list.children[at];
    if (!line) return input.removeAttribute("aria-activedescendant");
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", line.id);
  };
  const search = (typed) => {
    folded ??= [...select.options].slice(1).map((option) => [fold(option.textContent), option]);
    const wanted = fold(typed).split(/\s+/).filter(Boolean);
    shown = [];
    let more = 0;
    for (const [text, option] of folded)
      if (wanted.every((word) => text.includes(word))) {
        if (shown.length < MOST) shown.push(option);
        else more++;
      }
    list.replaceChildren(
      ...shown.map((option, place) => {
        const line = Object.assign(element("li", "", option.textContent), { id: `${list.id}-${place}` });
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        return line;
      }),
    );
    if (!shown.length || more) {
      const rest = element("li", "muted", more ? t("{n} more: type on", { n: more }) : t("Nothing found"));
      rest.setAttribute("role", "presentation");
      list.append(rest);
    }
    says.textContent = shown.length ? t("{n} found", { n: shown.length + more }) : t("Nothing found");
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    at = -1;
  };
  const choose = (option) => {
    select.value = option?.value ?? "";
    show();
    close();
    for (const event of ["input", "change"]) select.dispatchEvent(new Event(event, { bubbles: true }));
  };

  show();
  input.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no answer yet
    search(input.value);
  });
  input.addEventListener("click", () => list.hidden && search(""));
  input.addEventListener("keydown", (event) => {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (list.hidden) search("");
      mark(at + (key === "ArrowDown" ? 1 : -1));
    } else if (key === "Enter" && !list.hidden) choose(shown[at] ?? shown[0]);
    else if (key === "Escape" && !list.hidden) {
      show();
      close();
    } else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", ({ target }) => {
    const option = shown[[...list.children].indexOf(target.closest("[role=option]"))];
    if (option) choose(option);
  });
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("focusout", () => {
    const typed = fold(input.value.trim());
    const same = typed && folded?.find(([text]) => text === typed);
    if (!typed && select.value) choose(null);
    else if (same && same[1].value !== select.value) choose(same[1]);
    else show(); // words that are no answer do not stay as if they were one
    close();
  });
  for (const event of ["tournee:choices", "tournee:set", "change"])
    select.addEventListener(event, () => {
      if (event === "tournee:choices") folded = null;
      show();
    });
  select.form.addEventListener("tournee:restored", show);
}
