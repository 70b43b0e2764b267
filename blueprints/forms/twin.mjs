// The engine in JavaScript, asked from Python: one JSON line in, one out. twin.py starts it; nothing else does.

import { createInterface } from "node:readline";
import { toNumber, toText, toTruth } from "../../static/js/engine/conversions.js";
import { load } from "../../static/js/engine/definition.js";
import { evaluate } from "../../static/js/engine/expressions.js";
import { Node } from "../../static/js/engine/nodes.js";
import { openForm, recompute } from "../../static/js/engine/recompute.js";
import { add, conclude, judge, put, remove } from "../../static/js/engine/verdict.js";
import { informed } from "../../static/js/form-register.js";
import { t } from "../../static/js/words.js";

const documents = {};
const definitions = {};
const walks = {};

/** [name, value, [children]] as nodes. */
function grow([name, value, children], parent) {
  const node = new Node(name, parent, null);
  node.value = value;
  for (const child of children) grow(child, node);
  return node;
}

const at = (top, steps) => steps.reduce((node, step) => node.children[step], top);

const asked = {
  document({ name, trees, instances }) {
    const tops = trees.map((tree) => grow(tree, null));
    const found = Object.entries(instances).map(([id, [tree, steps]]) => [id, at(tops[tree], steps)]);
    documents[name] = { tops, instances: Object.fromEntries(found) };
  },
  /** An expression: its value as number, text, truth and, where it is a list, places and texts. */
  expression({ tree, document, place, clock }) {
    const { tops, instances } = documents[document];
    const node = at(tops[0], place);
    const scope = { node, clock, lists: { instance: (name) => [instances[name]].filter(Boolean), choiceName: () => "" } };
    const value = evaluate(tree, scope);
    const nodes = Array.isArray(value) ? value.map((each) => [[tops.indexOf(each.top()), places(each)], each.text]) : null;
    return { number: toText(toNumber(value, scope)), text: toText(value), truth: toTruth(value), nodes };
  },
  definition({ definition, given = {} }) {
    definitions[definition.form_id] = informed(load(definition), given);
  },
  verdict({ form_id, answers, clock, language }) {
    return said(judge(definitions[form_id], answers, clock, language, null, t));
  },
  /** Opens a form to be filled; `walk` steps through it. */
  open({ form_id, clock, language }) {
    const verdict = judge(definitions[form_id], [], clock, language, null, t);
    verdict.filled.opening = true;
    verdict.filled.live = true;
    openForm(verdict.filled);
    walks[form_id] = verdict;
    return said(conclude(verdict, t));
  },
  walk({ form_id, set = {}, raw = false, more, less }) {
    const verdict = walks[form_id];
    if (more) add(verdict, more);
    if (less) remove(verdict, less);
    for (const [name, texts] of Object.entries(set)) {
      const node = raw && verdict.filled.find(name);
      if (node) node.value = texts[0];
      else put(verdict, name, texts, null, t);
      verdict.typed[name] = texts;
    }
    recompute(verdict.filled, Object.keys(set));
    return said(conclude(verdict, t));
  },
};

/** What was asked for; or the error of an engine that has failed. */
function answer(ask, rest) {
  try {
    return JSON.stringify(asked[ask](rest) ?? null);
  } catch (error) {
    return JSON.stringify({ failed: String(error) });
  }
}

const places = (node) => (node.parent ? [...places(node.parent), node.parent.children.indexOf(node)] : []);

function said({ filled, values, missing, invalid, findings, alerts, relevant }) {
  const all = Object.fromEntries(Object.values(filled.nodes).map((node) => [node.path, node.value]));
  return { values, missing, invalid, findings, alerts, relevant: [...relevant], all };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...rest } = JSON.parse(line);
  process.stdout.write(`${answer(ask, rest)}\n`);
}
