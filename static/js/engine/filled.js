// A form being filled (twin: blueprints/forms/engine/filled.py).

import { toText, toTruth } from "./conversions.js";
import { choicesOf } from "./definition.js";
import { evaluate, sieve } from "./expressions.js";
import { find, Item, Node, plant } from "./nodes.js";

/**
 * A form being filled: its nodes, the clock of whoever fills it, and calculations taken as they were sent.
 * `opening`: new rows get their defaults. `live`: somebody is filling it here and now, so that what events set is set too.
 */
export class Filled {
  taken = new Set();
  opening = false;
  live = false;
  #lists = {};

  constructor(definition, clock, language) {
    this.definition = definition;
    this.clock = clock;
    this.language = definition.languages.includes(language) ? language : definition.default_language;
    this.top = plant(definition);
  }

  /** Every node by its path, in document order. */
  get nodes() {
    return Object.fromEntries(this.top.children[0].below().map((node) => [node.path, node]));
  }

  /** The nodes that are relevant, in document order. */
  relevant(node = this.top.children[0], found = []) {
    if (!node.own) return found;
    found.push(node);
    for (const child of node.children) this.relevant(child, found);
    return found;
  }

  /** The node at a path; null where there is none. */
  find(path) {
    return find(this.top, path);
  }

  /** Goes on in another language. */
  speak(language) {
    this.language = language;
    this.#lists = {};
  }

  scope(node) {
    return { node, clock: this.clock, lists: this };
  }

  evaluate(node, tree) {
    return evaluate(tree, this.scope(node));
  }

  holds(node, tree) {
    return toTruth(this.evaluate(node, tree));
  }

  /** A label, a hint or a message in the form's language, with what it quotes from the answers. */
  words(node, text = {}) {
    const segments = text[this.language] ?? text[this.definition.default_language] ?? Object.values(text)[0] ?? [];
    return segments.map((part) => (typeof part === "string" ? part : toText(this.evaluate(node, part)))).join("");
  }

  /** The choices that a question has now, given the other answers. */
  choices(node) {
    const { choice_filter, list_name } = node.question;
    const every = choicesOf(this.definition, node.question);
    if (choice_filter === undefined) return every;
    const items = this.instance(list_name)[0].children[0].children;
    return sieve(items, [choice_filter], this.scope(node)).map((item) => every[item.row - 1]);
  }

  /** A list as a tree of nodes: root/item/name, label and its other columns. */
  instance(name) {
    const choices = this.definition.choices[name];
    if (!choices) return [];
    if (!this.#lists[name]) {
      this.#lists[name] = new Node("", null, null);
      const root = new Node("root", this.#lists[name], null);
      root.columns = {};
      choices.forEach((choice, at) => {
        new Item(root, at + 1, choice, () => this.words(this.top, choice.label));
      });
    }
    return [this.#lists[name]];
  }

  /** The words of a choice, in the form's language; '' where the list has no such choice. */
  choiceName(name, list) {
    const [top] = this.instance(list);
    if (!top) return "";
    const [item] = sieve(top.children[0].children, [["=", ["p", "name"], ["s", name]]], this.scope(top));
    return item?.named("label")[0].value ?? "";
  }
}
