// How long a form's questions took, where the form asks for it: a line a question in the hidden answer of its `audit`.

import { stamp } from "./fields.js";

const MOST = 9_000; // characters: the answer takes ten thousand

/** Notes down from now on: path, when it was first touched, seconds in all. */
export function audit(form, sheet) {
  const field = form.querySelector("[data-meta=audit]");
  if (!field) return;
  const times = new Map(
    field.value
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(","))
      .map(([path, first, seconds]) => [path, [first, Number(seconds)]]),
  );
  let since = 0;
  form.addEventListener("focusin", () => {
    since = Date.now();
  });
  form.addEventListener("focusout", ({ target }) => {
    const part = target.name?.startsWith("/") && target.closest("[data-q]");
    if (!part || !since) return;
    const [first, before] = times.get(part.dataset.q) ?? [stamp(new Date(since)), 0];
    times.set(part.dataset.q, [first, before + (Date.now() - since) / 1000]);
    const text = [...times].map(([path, [at, seconds]]) => `${path},${at},${seconds.toFixed(1)}`).join("\n");
    if (text.length > MOST) return;
    field.value = text;
    for (const [node, one] of sheet.fields) if (one === field) node.value = text;
  });
}
