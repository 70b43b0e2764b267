// A filled form on the page: the engine decides what is asked and what is wrong; this reads, and says what to draw.

import { load } from "./engine/definition.js";
import { recompute } from "./engine/recompute.js";
import { add, begin, conclude, judge, put, remove } from "./engine/verdict.js";
import { collect, restored, stamp, unfinished } from "./fields.js";
import { pages } from "./form-pages.js";
import { Sheet, texts } from "./form-show.js";
import { drawn, say } from "./status.js";
import { lang, t, tn } from "./words.js";

const WIDGETS = ["barcode", "fold", "geopoint", "rank", "select", "signature", "slider", "trace"];
const PLACES = "[data-q]";

/** Wires a form to its definition (data-form). Where that cannot be had, every question is shown and the server judges. */
function open(form) {
  const section = pages(form);
  const live = { form, section, verdict: null, sheet: null, touched: new Set(), sent: false, said: new Map(), t };
  const opening = Promise.all([definitionOf(form), drawn()])
    .then(([definition]) => start(live, definition))
    .catch((error) => everything(live, error));
  form.addEventListener("tournee:check", (event) => {
    if (section.next()) return event.preventDefault(); // Enter in the middle goes on; it does not send
    if (live.ruleless || (live.verdict && !check(live))) return;
    event.preventDefault();
    if (!live.verdict) opening.then(() => form.requestSubmit());
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "_step" || event.submitter.value === "recompute") return;
    event.preventDefault();
    event.stopPropagation(); // nothing is sent off
    step(live, event.submitter);
  });
  form.addEventListener("tournee:step", ({ detail }) => opening.then(() => step(live, detail)));
}

async function definitionOf(form) {
  const answer = await fetch(form.dataset.form);
  if (!answer.ok) throw new Error(answer.status);
  const definition = load(await answer.json());
  const told = form.elements._given?.value;
  return told ? (await import("./form-register.js")).informed(definition, JSON.parse(told)) : definition;
}

function everything(live, error) {
  if (error instanceof TypeError && live.verdict) throw error;
  live.ruleless = true;
  for (const part of live.form.querySelectorAll("[data-q][inert], [data-repeat][inert]")) {
    part.hidden = false;
    part.inert = false;
  }
  live.section.refresh();
  say(t("This phone does not have the rules of this form: every question is shown."));
}

async function start(live, definition) {
  const { form } = live;
  const chosen = form.elements.language;
  const language = chosen?.value ?? document.documentElement.lang;
  if (language !== lang && definition.languages.includes(language)) live.t = await speaker(language);
  live.asks = Object.values(definition.questions).some((question) => question.required !== undefined);
  const fresh = Boolean(chosen?.hasAttribute("data-opening")) && !restored.has(form);
  take(live, definition, language, fresh);
  const reproached = form.querySelectorAll("[data-q] > .error");
  if (reproached.length) {
    // what the server has written below its questions: of a form that it gives back to be put right
    for (const line of reproached)
      live.said.set(live.sheet.node(line.parentElement), line.lastElementChild.textContent);
    live.section.show(reproached[0]);
  }
  listen(live);
  dress(live, form);
  form.dataset.live = ""; // its rules are in force
  if (definition.settings.audit) import("./form-audit.js").then(({ audit }) => audit(form, live.sheet));
}

/** Judges what the page says and draws what follows. `fresh`: nobody has filled it yet. */
function take(live, definition, language, fresh) {
  const { form } = live;
  const clock = stamp(new Date());
  if (fresh) live.verdict = begin(definition, clock, language, live.t);
  else {
    const pairs = (restored.get(form) ?? collect(form)).filter(([name]) => name.startsWith("/"));
    live.verdict = judge(definition, pairs, clock, language, null, live.t);
  }
  const { filled } = live.verdict;
  Object.assign(filled, { opening: true, live: true });
  filled.taken.clear();
  live.sheet = new Sheet(form, filled, fresh);
  live.touched.clear();
  live.said.clear();
  known(live);
  settle(live, live.sheet.drawAll(!fresh));
  count(live);
  if (fresh) catchUp(live);
}

/** Somebody may have answered before the rules were there, or a browser brings back what was typed before a reload. */
function catchUp(live) {
  const { form, sheet, verdict } = live;
  for (const field of form.querySelectorAll("input, textarea, select"))
    if (field.type !== "hidden" && moved(field) && verdict.filled.find(field.name)?.value === "")
      answer(live, sheet.node(field.closest(PLACES)));
}

/** Whether a field of the form says something else than its page did. */
function moved(field) {
  if (!field.name.startsWith("/")) return false;
  if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

/** What only this phone knows: who fills the form, and on which device. */
function known({ form, verdict }) {
  for (const field of form.querySelectorAll("[data-meta]")) {
    const node = verdict.filled.find(field.name);
    if (node && !node.value && field.value) node.value = field.value;
  }
}

function listen(live) {
  const { form } = live;
  const node = ({ target }) => {
    if (!target.name?.startsWith("/")) return null;
    unfinished.get(form)?.();
    return live.sheet.node(target.closest(PLACES));
  };
  form.addEventListener("input", (event) => {
    const found = node(event);
    if (found) answer(live, found);
  });
  for (const event of ["change", "focusout"])
    form.addEventListener(event, (event) => {
      if (event.target.name === "language" && event.type === "change") return speak(live, event.target.value);
      const found = node(event);
      if (!found) return;
      live.touched.add(found);
      if (!answer(live, found)) reproach(live, [found]);
    });
  form.addEventListener("tournee:restored", () => {
    const { filled } = live.verdict;
    take(live, filled.definition, form.elements.language?.value ?? filled.language, false);
    if (filled.language !== live.verdict.filled.language) speak(live, live.verdict.filled.language);
    live.section.refresh();
  });
  form.addEventListener("tournee:messages", ({ detail }) => {
    for (const [path, text] of Object.entries(detail)) {
      const found = live.verdict.filled.find(path);
      if (found) live.said.set(found, text);
    }
    reproach(live, live.said.keys());
  });
  // Buttons that sent the form to be given back, without this script: from now on nothing is submitted, which is slow.
  const templates = [...form.querySelectorAll("template[data-row]")].map((template) => template.content);
  for (const root of [form, ...templates])
    for (const button of root.querySelectorAll("button[name=_step]:not(.sr)")) button.type = "button";
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("button[name=_step][type=button]");
    if (button) step(live, button);
  });
  const left = document.querySelector("[data-remaining]");
  if (left) left.addEventListener("click", () => missing(live));
}

/** Takes over what a part of the page says now, and draws what follows. Whether it is another answer than before. */
function answer(live, node) {
  const { sheet, verdict } = live;
  const part = sheet.parts.get(node);
  const path = node.path;
  const now = texts(part, path);
  const before = verdict.typed[path];
  if (before ? before.join("\0") === now.join("\0") : now.join("") === node.value) return false;
  put(verdict, path, now, null, live.t);
  verdict.typed[path] = now;
  live.said.delete(node);
  sheet.typed(node);
  verdict.filled.clock = stamp(new Date());
  const changed = recompute(verdict.filled, [path]);
  changed.add(node);
  follow(live, changed);
  return true;
}

/** Draws what has changed, and says what is to be said of it. */
function follow(live, changed) {
  const { sheet, verdict } = live;
  conclude(verdict, live.t, changed);
  if (sheet.repeats.size) rows(live);
  const lost = sheet.draw(changed);
  reproach(live, changed);
  if (changed.size > 1) live.section.refresh();
  later(live);
  settle(live, lost);
}

/** Answers that are not offered any more are taken back, which may have consequences of its own. */
function settle(live, lost) {
  for (const node of lost) {
    if (live.verdict.typed[node.path] === undefined && node.value) live.verdict.typed[node.path] = [node.value];
    answer(live, node);
  }
}

/** A repeat whose number of rows is calculated may have others now. */
function rows(live) {
  const { sheet, form } = live;
  for (const [place, { parent, question }] of sheet.repeats) {
    const wanted = parent.named(question.name).length;
    if (question.repeat_count === undefined || wanted === place.querySelector(".form-rows").children.length) continue;
    live.rows ??= import("./form-rows.js").then((module) => {
      live.rows = undefined;
      for (const each of sheet.repeats.keys()) for (const row of module.fit(sheet, each)) dress(live, row);
      sheet.drawAll();
      form.dispatchEvent(new Event("change", { bubbles: true })); // the draft has other rows
    });
  }
}

function reproach({ sheet, verdict, touched, sent, said }, nodes) {
  for (const node of nodes) {
    const wrong = sent || touched.has(node) ? (verdict.wrong.get(node) ?? (sent && verdict.absent.get(node))) : "";
    sheet.message(node, said.get(node) ?? wrong);
  }
}

/** Says how much is left; not while a person types. */
function later(live) {
  live.counting ||= setTimeout(() => {
    live.counting = 0;
    count(live);
  });
}

function count({ verdict, asks, section }) {
  const left = verdict.absent.size;
  const line = document.querySelector("[data-remaining]");
  if (line && asks) {
    const text = left ? tn("{n} point left", "{n} points left", left) : t("Everything is answered");
    if (line.textContent !== text) line.textContent = text;
    line.hidden = false;
    line.disabled = !left;
  }
  const tab = document.querySelector("[data-answered]");
  if (!asks || (!tab && section.many)) return;
  const { context } = verdict.filled.definition; // what the register fills is asked of nobody
  const demanded = ({ question, place }) => question?.required !== undefined && !context.has(place);
  const all = verdict.filled.relevant().filter(demanded).length;
  if (tab) tab.textContent = `${all - left}/${all}`;
  if (!section.many) section.progress(all - left, all);
}

/** Goes to the next question that must be answered and is not; after the last to the first. */
function missing(live) {
  const { sheet, verdict } = live;
  const open = verdict.filled.relevant().filter((node) => verdict.absent.has(node) && sheet.parts.has(node));
  if (!open.length) return;
  const from = live.at && sheet.parts.get(live.at);
  const after = from && open.find((node) => from.compareDocumentPosition(sheet.parts.get(node)) & 4);
  live.at = after || open[0];
  live.section.show(sheet.parts.get(live.at));
  sheet.go(live.at);
}

/** Whether something must be put right before it is sent; shows it in words and goes to the first. */
function check(live) {
  const { sheet, verdict } = live;
  const { filled } = verdict;
  live.sent = true;
  live.said.clear();
  filled.clock = stamp(new Date());
  for (const [node, field] of sheet.fields) if (node.question.type === "end") field.value = node.value = filled.clock;
  const changed = recompute(filled);
  conclude(verdict, live.t);
  sheet.draw(changed);
  reproach(live, sheet.parts.keys());
  live.section.refresh();
  count(live);
  const problems = filled.relevant().filter((node) => verdict.wrong.has(node) || verdict.absent.has(node));
  if (!problems.length) return nothing(live);
  const [first] = problems;
  const seen = sheet.parts.has(first) ? first : problems.find((node) => sheet.parts.has(node));
  if (seen) {
    live.section.show(sheet.parts.get(seen));
    sheet.go(seen);
  }
  const words = verdict.wrong.get(first) ?? verdict.absent.get(first);
  const about = { first: seen ? words : `${first.name}: ${words}` };
  say(tn("{n} answer to look at: {first}", "{n} answers to look at. The first: {first}", problems.length, about));
  return true;
}

/** A feedback without one answer is not sent: the server would keep it, and somebody would have to look. */
function nothing({ form, verdict }) {
  const given = () => collect(form, null, true).some(([name, text]) => name.startsWith("/") && text);
  const silent = form.dataset.capture === "feedback" && !Object.values(verdict.typed).flat().some(Boolean) && !given();
  if (silent) say(t("Nothing was answered. Where the person does not wish to answer, send nothing."));
  return silent;
}

/** One more row of a repeat, or one less. */
async function step(live, button) {
  const { sheet, verdict, form } = live;
  const module = await import("./form-rows.js");
  unfinished.get(form)?.();
  const [what, path] = button.value.split(/:(.*)/s);
  if (!verdict || !path) return;
  const place = button.closest("[data-repeat]");
  if (what === "add") {
    const changed = add(verdict, path);
    const [row] = module.fit(sheet, place);
    if (!row) return say(t("There cannot be more rows."));
    for (const each of changed)
      sheet.parts.get(each)?.classList.contains("form-row") && dress(live, sheet.parts.get(each));
    for (const node of sheet.node(row).below()) changed.add(node);
    follow(live, changed);
    row.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
    say(t("Row {n} was added.", { n: sheet.node(row).row }));
  } else if (!(await sure(live, button))) return;
  else {
    const row = button.closest(".form-row");
    const node = sheet.node(row);
    const later = [...row.parentElement.children].slice(node.row);
    const next = later[0] ?? row.previousElementSibling;
    sheet.forget(node, row);
    const changed = remove(verdict, node.path);
    row.remove();
    const base = path.slice(0, path.lastIndexOf("["));
    const paths = later.map((_each, at) => `${base}[${node.row + at}]`);
    module.renumberAll(form, later, paths);
    follow(live, changed);
    (next?.querySelector(":scope > button[name=_step]") ?? place.querySelector(":scope > button")).focus();
    say(
      tn(
        "The row was removed; {n} is left.",
        "The row was removed; {n} are left.",
        sheet.repeats.get(place).parent.named(node.name).length,
      ),
    );
  }
  form.dispatchEvent(new Event("change", { bubbles: true })); // the draft has other rows
}

/** A row with answers goes only at the second press. */
async function sure({ sheet }, button) {
  const filled = sheet
    .node(button.closest(".form-row"))
    .below()
    .some((node) => node.value && sheet.parts.has(node));
  if (!filled || "sure" in button.dataset) return true;
  const words = button.querySelector("span");
  const before = words.textContent;
  button.dataset.sure = "";
  button.dataset.tone = "bad";
  words.textContent = t("Press again: its answers will be gone");
  button.addEventListener(
    "blur",
    () => {
      delete button.dataset.sure;
      button.dataset.tone = "link";
      words.textContent = before;
    },
    { once: true },
  );
  return false;
}

const speaker = async (language) => (await import("./form-language.js")).speaker(language);

/** Goes on in another language of the form; answers stay as they are. */
async function speak(live, language) {
  const { respell } = await import("./form-language.js");
  live.t = await speaker(language);
  const { filled } = live.verdict;
  filled.speak(language);
  const changed = recompute(filled); // what names a choice names it in another language
  respell(live.sheet);
  conclude(live.verdict, live.t);
  live.sheet.draw(changed);
  live.said.clear();
  reproach(live, live.sheet.parts.keys());
}

/** Loads what makes some controls more than what the browser has, where the form has such. */
function dress({ form, sheet }, root) {
  const found = [...root.querySelectorAll("[data-kind]")];
  if (root.dataset.kind) found.push(root);
  for (const kind of WIDGETS) {
    const parts = found.filter((part) => part.dataset.kind === kind && !("dressed" in part.dataset));
    for (const part of parts) part.dataset.dressed = "";
    if (parts.length)
      import(`./widgets/${kind}.js`).then(({ dress }) => {
        for (const part of parts) dress(part, form, sheet);
      });
  }
}

for (const form of document.querySelectorAll("form[data-form]")) open(form);
