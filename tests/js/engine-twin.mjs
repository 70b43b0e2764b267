// Answers questions about forms, one JSON line each, so that a test can compare the engine with its Python twin.

import { createInterface } from "node:readline";
import { load } from "../../static/js/engine/definition.js";
import { evaluate } from "../../static/js/engine/expressions.js";
import { Node } from "../../static/js/engine/nodes.js";
import { toText } from "../../static/js/engine/conversions.js";
import { judge } from "../../static/js/engine/verdict.js";
import { t } from "../../static/js/words.js";

function expression({ tree, nodes, clock }) {
  const root = new Node("data", new Node("", null, null), null);
  for (const [name, text] of Object.entries(nodes)) new Node(name, root, null).value = text;
  return toText(evaluate(tree, { node: root, clock }));
}

function form({ definition, answers, clock, language }) {
  const { values, missing, invalid, findings, alerts, relevant } = judge(load(definition), answers, clock, language, null, t);
  return { values, missing, invalid, findings, alerts, relevant: [...relevant] };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(asked.tree === undefined ? form(asked) : expression(asked))}\n`);
}
