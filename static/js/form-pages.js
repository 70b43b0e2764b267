// The pages of a long form, one at a time. Without this module they stand one below the other.

import { t } from "./words.js";

const SHOWN = ".field, .form-note, .form-repeat";

/**
 * Shows a form's pages singly. Gives show(element): open its page; next(): go on, if there is more; refresh(): some may
 * have become pointless; progress(done, all) where there are no pages.
 */
export function pages(form) {
  const all = [...form.querySelectorAll(".form-page")];
  const steps = [...document.querySelectorAll("[data-step]")];
  const send = document.querySelector("[data-send]");
  const bar = document.createElement("progress");
  bar.className = "form-progress";
  bar.setAttribute("aria-label", t("How far the form is filled"));
  const progress = (value, max) => {
    if (!max) return bar.remove();
    if (!bar.isConnected) document.querySelector(".foot")?.prepend(bar);
    bar.max = max;
    bar.value = value;
  };
  const asked = () =>
    all.filter(
      (page) => !page.closest("[inert]") && [...page.querySelectorAll(SHOWN)].some((part) => !part.closest("[inert]")),
    );
  let open = all[0];
  const turn = (to) => {
    const there = asked();
    if (!there.includes(to)) to = there.find((page) => to.compareDocumentPosition(page) & 4) ?? there.at(-1) ?? all[0];
    open = to;
    const at = there.indexOf(open);
    for (const page of all) {
      page.toggleAttribute("data-open", page === open);
      const place = page.querySelector(":scope > legend > [data-page]");
      const number = there.indexOf(page) + 1;
      if (place && number) place.textContent = t("{n} of {all}", { n: number, all: there.length });
    }
    const last = at === there.length - 1;
    for (const button of steps) button.hidden = button.dataset.step === "1" ? last : at === 0;
    if (send) send.hidden = !last;
    progress(at + 1, there.length);
  };
  const go = (by) => {
    const there = asked();
    turn(there[Math.max(0, Math.min(there.length - 1, there.indexOf(open) + by))]);
    scrollTo({ top: 0 });
    const heading = open.querySelector("legend, label, .form-note") ?? open;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };
  if (all.length < 2) return { many: false, show() {}, next: () => false, refresh() {}, progress };
  form.dataset.paged = "";
  turn(open);
  for (const button of steps) button.addEventListener("click", () => go(Number(button.dataset.step)));
  return {
    many: true,
    progress() {},
    refresh: () => turn(open),
    show(element) {
      const page = element.closest(".form-page");
      if (page) turn(page);
    },
    next() {
      if (open === asked().at(-1)) return false;
      go(1);
      return true;
    },
  };
}
