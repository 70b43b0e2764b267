// The sections of a long form, one at a time. Without this module they stand one below the other.

/** Shows a form's pages singly. Gives show(element): open its page; next(): go on, if there is more; refresh(). */
export function pages(form) {
  const all = [...form.querySelectorAll(".form-page")];
  const steps = [...document.querySelectorAll("[data-step]")];
  const send = document.querySelector("[data-send]");
  let at = 0;
  const asked = () => all.filter((page) => !page.inert);
  const turn = (to) => {
    at = Math.max(0, Math.min(to, asked().length - 1));
    const open = asked()[at];
    for (const page of all) page.toggleAttribute("data-open", page === open);
    const last = at === asked().length - 1;
    for (const button of steps) button.hidden = button.dataset.step === "1" ? last : at === 0;
    if (send) send.hidden = !last;
  };
  const go = (to) => {
    turn(to);
    scrollTo({ top: 0 });
    const heading = asked()[at].querySelector("legend");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  };
  if (all.length < 2) return { show() {}, next: () => false, refresh() {} };
  form.dataset.paged = "";
  turn(0);
  for (const button of steps) button.addEventListener("click", () => go(at + Number(button.dataset.step)));
  return {
    refresh: () => turn(at), // a section may have become pointless
    show(element) {
      turn(asked().indexOf(element.closest(".form-page")));
    },
    next() {
      if (at === asked().length - 1) return false;
      go(at + 1);
      return true;
    },
  };
}
