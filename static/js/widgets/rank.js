// Choices to put in order: buttons that move one up or down. The lists of the page stay what is read and sent.

import { element, icon, say } from "../status.js";
import { t } from "../words.js";

/** Puts an ordered list in front of the places of a rank. */
export function dress(part, form) {
  const places = part.querySelector(".rank");
  const selects = [...places.querySelectorAll("select")];
  const words = new Map([...selects[0].options].slice(1).map((option) => [option.value, option.textContent]));
  const list = element("ol", "ranked");
  places.hidden = true;
  places.before(list);
  const start = Object.assign(element("button", "button"), { type: "button" });
  start.append(element("span", "", t("Put in order")));
  let order = [];

  const write = (moved) => {
    selects.forEach((select, at) => {
      select.value = order[at] ?? "";
    });
    for (const event of ["input", "change"]) selects[0].dispatchEvent(new Event(event, { bubbles: true }));
    draw();
    if (moved) say(t("{what} is now at place {n}.", { what: words.get(moved), n: order.indexOf(moved) + 1 }));
  };
  const button = (name, by, at) => {
    const made = Object.assign(element("button", "button"), { type: "button", disabled: !order[at + by] });
    made.setAttribute(
      "aria-label",
      by < 0 ? t("{what}: up", { what: words.get(name) }) : t("{what}: down", { what: words.get(name) }),
    );
    made.classList.toggle("up", by < 0);
    made.append(icon("chevron-down"));
    made.addEventListener("click", () => {
      [order[at], order[at + by]] = [order[at + by], order[at]];
      write(name);
      const line = list.children[order.indexOf(name)].querySelectorAll("button");
      const same = line[by < 0 ? 0 : 1];
      (same.disabled ? line[by < 0 ? 1 : 0] : same).focus();
    });
    return made;
  };
  const draw = () => {
    start.hidden = order.length > 0;
    list.replaceChildren(
      ...order.map((name, at) => {
        const line = element("li");
        line.append(element("span", "", words.get(name)), button(name, -1, at), button(name, 1, at));
        return line;
      }),
    );
  };
  const read = () => {
    const given = selects.map((select) => select.value).filter((name) => words.has(name));
    order = given.length ? [...new Set([...given, ...words.keys()])] : [];
    draw();
  };
  start.addEventListener("click", () => {
    order = [...words.keys()];
    write();
    list.querySelector("button:not(:disabled)")?.focus();
  });
  places.before(start);
  form.addEventListener("tournee:restored", read);
  read();
}
