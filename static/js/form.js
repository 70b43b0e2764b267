// A filled form on the page: the engine decides what is asked and what is wrong; this reads, shows and points.

import { stored } from "./engine/conversions.js";
import { load } from "./engine/definition.js";
import { recompute } from "./engine/recompute.js";
import { conclude, judge, put } from "./engine/verdict.js";
import { collect, stamp } from "./fields.js";
import { pages } from "./form-pages.js";
import { drawn, icon, say } from "./status.js";
import { t, tn } from "./words.js";

/** Wires a form to its definition (data-form). Where that cannot be had, every question is shown and the server judges. */
function open(form) {
  const section = pages(form);
  const live = { form, section, verdict: null, touched: new Set(), sent: false, said: {} };
  const opening = Promise.all([definitionOf(form), drawn()])
    .then(([definition]) => begin(live, definition))
    .catch(() => everything(live));
  form.addEventListener("tournee:check", (event) => {
    if (section.next()) return event.preventDefault(); // Enter in the middle goes on; it does not send
    if (live.ruleless || (live.verdict && !check(live))) return;
    event.preventDefault();
    if (!live.verdict) opening.then(() => form.requestSubmit());
  });
}

async function definitionOf(form) {
  const answer = await fetch(form.dataset.form);
  if (!answer.ok) throw new Error(answer.status);
  return load(await answer.json());
}

function everything(live) {
  live.ruleless = true;
  for (const part of live.form.querySelectorAll("[data-q][inert]")) {
    part.hidden = false;
    part.inert = false;
  }
  say(t("This phone does not have the rules of this form: every question is shown."));
}

function begin(live, definition) {
  const { form } = live;
  const language = form.elements.language?.value ?? document.documentElement.lang;
  live.verdict = judge(definition, [], stamp(new Date()), language, null, t);
  defaults(live, definition);
  const said = messages(form); // before they are taken for what this phone says
  read(live);
  if (Object.keys(said).length) {
    live.said = said;
    show(live);
    live.section.show(form.querySelector("[data-q] > .error"));
  }
  form.addEventListener("input", () => read(live));
  for (const event of ["change", "focusout"])
    form.addEventListener(event, ({ target }) => {
      if (!target.name) return;
      live.touched.add(target.name);
      read(live);
    });
  form.addEventListener("tournee:restored", () => read(live, { restored: true }));
  form.addEventListener("tournee:messages", ({ detail }) => {
    live.said = { ...detail };
    show(live);
  });
  form.dataset.live = ""; // its rules are in force
}

/** What the server has written below its questions, by path: of a form that it gives back to be put right. */
function messages(form) {
  const lines = [...form.querySelectorAll("[data-q] > .error")];
  return Object.fromEntries(lines.map((line) => [line.parentElement.dataset.q, line.lastElementChild.textContent]));
}

/** Defaults that are expressions are evaluated when a form is opened, by this phone's clock. */
function defaults({ form, verdict }, definition) {
  for (const field of form.querySelectorAll("[data-default]")) {
    const node = verdict.filled.find(field.name);
    field.value ||= stored(verdict.filled.evaluate(node, definition.questions[field.name].default));
  }
}

/**
 * Takes over what the page says now, and shows what follows from it. `all`: what depends on the clock, too.
 * `restored`: a draft has brought back what was calculated when it was begun, for once() to keep.
 */
function read(live, { all = false, restored = false } = {}) {
  const { form, verdict } = live;
  const typed = {};
  for (const [name, text] of collect(form)) if (name.startsWith("/")) typed[name] = [...(typed[name] ?? []), text];
  const changed = [];
  for (const name of Object.keys({ ...verdict.typed, ...typed })) {
    const now = typed[name] ?? [];
    const calculated = verdict.filled.definition.questions[name]?.calculation !== undefined;
    if ((calculated && !restored) || JSON.stringify(verdict.typed[name] ?? []) === JSON.stringify(now)) continue;
    put(verdict, name, now, null, t);
    verdict.typed[name] = now;
    delete live.said[name];
    changed.push(name);
  }
  verdict.filled.clock = stamp(new Date());
  verdict.filled.taken.clear();
  recompute(verdict.filled, all ? undefined : changed);
  conclude(verdict, t);
  show(live);
}

/** Draws relevance, calculations, quoted answers, messages and what is left. */
function show({ form, section, verdict, touched, sent, said }) {
  const { filled, missing, invalid } = verdict;
  for (const part of form.querySelectorAll("[data-q]")) {
    const path = part.dataset.q;
    const node = filled.find(path);
    if (part.inert === node.own) {
      part.hidden = node.own === false;
      part.inert = part.hidden;
    }
    if (node.question.type === "group" || node.question.type === "note") continue;
    const wrong = sent || touched.has(path) ? (invalid[path] ?? (sent && missing[path])) : "";
    message(part, path, said[path] ?? wrong);
  }
  for (const place of form.querySelectorAll("[data-text]")) {
    const node = filled.find(place.closest("[data-q]").dataset.q);
    place.textContent = filled.words(node, node.question[place.dataset.text]);
  }
  for (const path of filled.definition.order) {
    const calculated = filled.definition.questions[path].calculation !== undefined;
    const field = calculated && form.elements.namedItem(path);
    if (field) field.value = filled.find(path).value;
  }
  section.refresh();
  const left = Object.keys(missing).length;
  const line = document.querySelector("[data-remaining]");
  const asks = Object.values(filled.definition.questions).some((question) => question.required !== undefined);
  if (line && asks)
    line.textContent = left ? tn("{n} point left", "{n} points left", left) : t("Everything is answered");
  const tab = document.querySelector("[data-answered]");
  if (tab && asks) {
    const all = Object.values(filled.nodes).filter(
      (node) => node.relevant && node.question?.required !== undefined,
    ).length;
    tab.textContent = `${all - left}/${all}`;
  }
}

/** The message below a question; none removes it. */
function message(part, path, text) {
  const id = `${path}-e`;
  let line = document.getElementById(id);
  if (text && !line) {
    line = document.createElement("p");
    line.className = "error";
    line.id = id;
    line.append(icon("circle-alert"), document.createElement("span"));
    part.append(line);
  }
  if (line && !text) line.remove();
  if (line && text && line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
  const control = part.matches("fieldset") ? part : part.querySelector("input:not([type=hidden]), textarea, select");
  if (!control || control.hasAttribute("aria-invalid") === Boolean(text)) return;
  const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  const described = (text ? [...others, id] : others).join(" ");
  if (described) control.setAttribute("aria-describedby", described);
  else control.removeAttribute("aria-describedby");
  if (text) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** Whether something must be put right before it is sent; shows it in words and goes to the first. */
function check(live) {
  live.sent = true;
  live.said = {};
  read(live, { all: true });
  const { missing, invalid } = live.verdict;
  const problems = Object.keys(live.verdict.filled.nodes).filter((path) => missing[path] || invalid[path]);
  if (!problems.length) return nothing(live);
  const part = live.form.querySelector(`[data-q="${CSS.escape(problems[0])}"]`);
  live.section.show(part);
  part.querySelector("input:not([type=hidden]), textarea, select").focus({ preventScroll: true });
  part.scrollIntoView({ block: "center" });
  const first = invalid[problems[0]] ?? missing[problems[0]];
  say(tn("{n} answer to look at: {first}", "{n} answers to look at. The first: {first}", problems.length, { first }));
  return true;
}

/** A feedback without one answer is not sent: the server would keep it, and somebody would have to look. */
function nothing({ form, verdict }) {
  const silent = form.dataset.capture === "feedback" && !Object.values(verdict.typed).flat().some(Boolean);
  if (silent) say(t("Nothing was answered. Where the person does not wish to answer, send nothing."));
  return silent;
}

for (const form of document.querySelectorAll("form[data-form]")) open(form);
