// Relevance and calculations, until nothing changes any more (twin: blueprints/forms/engine/recompute.py).

import { stored, toText, toTruth } from "./conversions.js";
import { evaluate } from "./expressions.js";
import { plant } from "./nodes.js";

const ROUNDS = 8; // an order without circles needs one; more are for a form whose repeats refer to each other

/** A form being filled: its nodes, the clock of whoever fills it, and calculations taken as they were sent. */
export class Filled {
  constructor(definition, clock, language) {
    this.definition = definition;
    this.clock = clock;
    this.language = definition.languages.includes(language) ? language : definition.default_language;
    this.nodes = plant(definition);
    this.taken = new Set();
  }

  evaluate(node, tree) {
    return evaluate(tree, { node, clock: this.clock });
  }

  holds(node, tree) {
    return toTruth(this.evaluate(node, tree));
  }

  /** A label, a hint or a message in the form's language, with what it quotes from the answers. */
  words(node, text = {}) {
    const segments = text[this.language] ?? text[this.definition.default_language] ?? [];
    return segments.map((part) => (typeof part === "string" ? part : toText(this.evaluate(node, part)))).join("");
  }
}

/** Brings relevance and calculations up to date after these paths changed (none given: all of it). */
export function recompute(filled, changed) {
  const { order, deps, volatile } = filled.definition;
  const waiting = new Set(changed ? [...changed.flatMap((path) => deps[path] ?? []), ...volatile] : order);
  for (let round = 0; round < ROUNDS && waiting.size; round++) {
    for (const path of order) {
      if (!waiting.delete(path)) continue;
      for (const moved of refresh(filled, filled.nodes[path]))
        for (const reader of deps[moved] ?? []) waiting.add(reader);
    }
  }
}

/** Evaluates one node anew; yields the paths whose text has changed by it. */
function* refresh(filled, node) {
  const { relevant, calculation } = node.question;
  if (relevant !== undefined) {
    const own = filled.holds(node, relevant);
    if (own !== node.own) {
      node.own = own;
      for (const below of node.below()) yield below.path;
    }
  }
  if (calculation !== undefined && !filled.taken.has(node.path)) {
    const value = stored(filled.evaluate(node, calculation));
    if (value !== node.value) {
      node.value = value;
      yield node.path;
    }
  }
}
