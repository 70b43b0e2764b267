// A fine scale: a slider beside the field for its number. Nothing is answered until somebody has moved it.

import { element } from "../status.js";

export function dress(part, form) {
  const field = part.querySelector("input");
  const { start, end, by } = field.dataset;
  const slider = Object.assign(element("input"), { type: "range", min: start, max: end, step: by, tabIndex: -1 });
  slider.setAttribute("aria-hidden", "true"); // the field beside it says and takes the same
  const follow = () => {
    const number = Number(field.value.replace(",", "."));
    slider.toggleAttribute("data-blank", !field.value);
    slider.value = field.value && !Number.isNaN(number) ? number : start;
  };
  const ends = element("p", "scale-ends");
  ends.append(element("span", "", start), element("span", "", end));
  part.querySelector(".unit, input").before(slider, ends);
  slider.addEventListener("input", (event) => {
    event.stopPropagation();
    field.value = slider.value;
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
    slider.removeAttribute("data-blank");
  });
  slider.addEventListener("change", (event) => event.stopPropagation());
  field.addEventListener("input", follow);
  form.addEventListener("tournee:restored", follow);
  follow();
}
