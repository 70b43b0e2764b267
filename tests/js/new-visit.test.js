import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, matches } from "../../static/js/new-visit.js";

test("a name is found however it is typed", () => {
  const words = "l henoret oeuvrard zoe 3 place de l eglise"; // as the server folds them
  for (const typed of ["", "zoé", "ZOE hénoret", "l'hén", "L’Hénoret-Œuvrard", "  eglise  zoe", "Zoé"])
    assert.ok(matches(words, typed), typed);
  for (const typed of ["marcel", "zoe marcel", "lhenoret", "%", "."]) assert.ok(!matches(words, typed), typed);
});

test("folding drops case, accents and what joins words", () => {
  assert.equal(folded("D’Arc-O'Neil ÉÇÙ"), "d arc o neil ecu");
});
