// The shared cases, answered by the JavaScript engine. tests/forms/test_engine_cases.py puts the same to its twin.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toText } from "../../static/js/engine/conversions.js";
import { load } from "../../static/js/engine/definition.js";
import { evaluate } from "../../static/js/engine/expressions.js";
import { Node } from "../../static/js/engine/nodes.js";
import { recompute } from "../../static/js/engine/recompute.js";
import { conclude, judge, put } from "../../static/js/engine/verdict.js";
import { t } from "../../static/js/words.js";

const CASES = JSON.parse(readFileSync(new URL("../data/engine/cases.json", import.meta.url), "utf8"));

const plain = (value) =>
  Array.isArray(value) || (typeof value === "number" && !Number.isFinite(value)) ? toText(value) : value;

function seenFromRoot(tree) {
  if (!Array.isArray(tree) || tree[0] === "s") return tree;
  if (tree[0] === "p") return "./".includes(tree[1][0]) ? tree : ["p", `../${tree[1]}`];
  return [tree[0], ...tree.slice(1).map(seenFromRoot)];
}

for (const { tree, gives } of CASES.expressions) {
  test(`an expression has its value: ${JSON.stringify(tree).slice(0, 80)}`, () => {
    const root = new Node("data", new Node("", null, null), null);
    let here;
    for (const [name, text] of Object.entries(CASES.nodes)) {
      here = new Node(name, root, null);
      here.value = text;
    }
    const value = plain(evaluate(seenFromRoot(tree), { node: here, clock: CASES.clock }));
    assert.equal(typeof value, typeof gives);
    if (typeof value === "number")
      assert.ok(Math.abs(value - gives) <= 1e-9 * Math.max(1, Math.abs(gives)), `${value}`);
    else assert.equal(value, gives);
  });
}

const same = (verdict, walk) => {
  assert.deepEqual(verdict.values, walk.values);
  assert.deepEqual(verdict.missing, walk.missing);
  assert.deepEqual(verdict.invalid, walk.invalid);
  assert.deepEqual(
    verdict.findings.map((finding) => finding.path),
    walk.findings,
  );
  assert.deepEqual(
    verdict.alerts.map(({ path, level, label }) => [path, level, label]),
    walk.alerts,
  );
};

test("answers that change one after the other end where fresh ones do", () => {
  for (const form of Object.keys(CASES.forms)) {
    const definition = load(CASES.forms[form]);
    const verdict = judge(definition, [], CASES.clock, "en", null, t);
    const walks = CASES.walks.filter((walk) => walk.form === form && walk.language === "en" && !walk.files);
    assert.ok(walks.length > 5);
    for (const walk of [...walks, ...walks.toReversed()]) {
      const typed = {};
      for (const [path, text] of walk.answers) typed[path] = [...(typed[path] ?? []), text.replace(/\r\n?/g, "\n")];
      const differs = (name) => String(verdict.typed[name]) !== String(typed[name]);
      const names = Object.keys({ ...verdict.typed, ...typed }).filter(differs);
      for (const name of names) put(verdict, name, typed[name] ?? [], null, t);
      verdict.typed = typed;
      recompute(verdict.filled, names);
      same(conclude(verdict, t), walk);
    }
  }
});

for (const walk of CASES.walks) {
  const name = `${walk.form} ${JSON.stringify(walk.answers).slice(0, 80)}`;
  const definition = load(CASES.forms[walk.form]);
  const files = walk.files && new Set(walk.files);
  test(`a filled form has its verdict: ${name}`, () => {
    same(judge(definition, walk.answers, CASES.clock, walk.language, files, t), walk);
  });
  test(`and the same one answer after the other: ${name}`, () => {
    const verdict = judge(definition, [], CASES.clock, walk.language, files, t);
    for (const [path, text] of walk.answers) {
      verdict.typed[path] = [...(verdict.typed[path] ?? []), text];
      put(
        verdict,
        path,
        verdict.typed[path].map((one) => one.replace(/\r\n?/g, "\n")),
        files,
        t,
      );
      if (definition.questions[path]) recompute(verdict.filled, [path]);
      conclude(verdict, t);
    }
    same(verdict, walk);
  });
}
