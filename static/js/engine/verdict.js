// What is to be said of a filled form (twin: blueprints/forms/engine/verdict.py).

import { asks } from "./definition.js";
import { Filled, recompute } from "./recompute.js";
import { canonical, unified } from "./values.js";

const fresh = (filled) => ({
  filled,
  typed: {},
  unreadable: {},
  values: {},
  relevant: new Set(),
  missing: {},
  invalid: {},
  findings: [],
  alerts: [],
});

/** Judges the answers of a filled form: pairs of name and text. `t` translates the engine's messages. */
export function judge(definition, answers, clock, language, files, t) {
  const verdict = fresh(new Filled(definition, clock, language));
  for (const [name, text] of answers) {
    verdict.typed[name] ??= [];
    verdict.typed[name].push(unified(text));
  }
  for (const [name, texts] of Object.entries(verdict.typed)) put(verdict, name, texts, files, t);
  recompute(verdict.filled);
  return conclude(verdict, t);
}

/** Puts what was typed under one name into the form, or notes why it cannot be read. */
export function put(verdict, name, texts, files, t) {
  const { definition, nodes, taken } = verdict.filled;
  delete verdict.unreadable[name];
  taken.delete(name);
  const question = definition.questions[name];
  if (!question || ["group", "note"].includes(question.type)) {
    if (texts.some(Boolean)) verdict.unreadable[name] = t("This question is not in the form.");
    return;
  }
  const calculated = question.calculation !== undefined;
  if (calculated && !definition.volatile.includes(name)) return; // calculated here, whatever was sent
  const [value, message] = canonical(definition, question, texts, files, t);
  nodes[name].value = value;
  if (message) verdict.unreadable[name] = message;
  if (calculated && value) taken.add(name);
}

/** Says what is missing, invalid, left out or alarming, once relevance and calculations are up to date. */
export function conclude(verdict, t) {
  const { filled, unreadable } = verdict;
  Object.assign(verdict, { values: {}, relevant: new Set(), missing: {}, invalid: {}, findings: [], alerts: [] });
  for (const [name, text] of Object.entries(unreadable)) if (!filled.nodes[name]) verdict.invalid[name] = text;
  for (const [path, node] of Object.entries(filled.nodes)) {
    if (node.relevant) {
      verdict.relevant.add(path);
      if (unreadable[path]) verdict.invalid[path] = unreadable[path];
      else if (node.question) weigh(verdict, path, node, t);
    } else if (verdict.typed[path]?.some(Boolean) && asks(node.question)) {
      const text = t("Left out, since another answer makes this question pointless.");
      verdict.findings.push({ path, what: "left-out", text });
    }
  }
  for (const { path, test, level, label } of filled.definition.alerts) {
    const node = filled.nodes[path];
    if (node.relevant && !verdict.invalid[path] && filled.holds(node, test)) {
      verdict.alerts.push({ path, level, label: filled.words(node, label) });
    }
  }
  return verdict;
}

/** One relevant node whose value could be read. */
function weigh(verdict, path, node, t) {
  const { filled } = verdict;
  const { constraint, constraint_message, required, required_message } = node.question;
  if (node.value) {
    verdict.values[path] = node.value;
    if (constraint !== undefined && !filled.holds(node, constraint)) {
      verdict.invalid[path] = filled.words(node, constraint_message) || t("This answer is not possible here.");
    }
  } else if (required !== undefined && asks(node.question) && filled.holds(node, required)) {
    verdict.missing[path] = filled.words(node, required_message) || t("This question needs an answer.");
  }
}
