// The filled form as a tree of real nodes: name, parent, children, value (twin: blueprints/forms/engine/nodes.py).
// At the top is a node without a name, as XPath's root. A repeat has one node for each of its rows; a row's path carries
// its number, from 1: /data/hh[2]/age. A question's own path has no numbers: /data/hh/age.

export class Node {
  own = true; // relevance by its own condition, without that of its groups
  row = 0; // its number among the rows of its repeat
  value = "";
  children = [];
  columns = null; // of a list that never changes: its indexes
  #named = null;
  #path = null;

  constructor(name, parent, question) {
    this.name = name;
    this.parent = parent;
    this.question = question;
    parent?.children.push(this);
    parent?.changed();
  }

  /** Forgets which children it had. */
  changed() {
    this.#named = null;
  }

  /** Forgets where everything below it stood. */
  moved() {
    this.#path = null;
    for (const child of this.children) child.moved();
  }

  /** Whether it is asked: its own condition and those of all groups around it. */
  get relevant() {
    return this.own && (this.parent?.relevant ?? true);
  }

  /** Where it stands, with the numbers of the rows around it. */
  get path() {
    this.#path ??= this.parent ? `${this.parent.path}/${this.name}${this.row ? `[${this.row}]` : ""}` : "";
    return this.#path;
  }

  /** Its path in the definition, without numbers. */
  get place() {
    return this.question?.path ?? (this.parent ? `${this.parent.place}/${this.name}` : "");
  }

  /** Its value, or the texts of all below it; blank while not relevant. */
  get text() {
    if (this.children.length) return this.children.map((child) => child.text).join("");
    return this.relevant ? this.value : "";
  }

  /** Its children of that name: of a repeat, the rows. */
  named(name) {
    if (!this.#named) {
      this.#named = new Map();
      for (const child of this.children) {
        const same = this.#named.get(child.name);
        if (same) same.push(child);
        else this.#named.set(child.name, [child]);
      }
    }
    return this.#named.get(name) ?? [];
  }

  /** The texts of its children of that name. */
  cells(name) {
    return this.named(name).map((child) => child.text);
  }

  /** Itself and everything under it, in document order. */
  below(found = []) {
    found.push(this);
    for (const child of this.children) child.below(found);
    return found;
  }

  /** The root of its tree. */
  top() {
    let node = this;
    while (node.parent) node = node.parent;
    return node;
  }
}

/** A choice of a list. Its columns become nodes when somebody looks at them: lists may have thousands of choices. */
export class Item extends Node {
  constructor(parent, row, columns, words) {
    super("item", parent, null);
    this.row = row;
    this.texts = columns;
    this.words = words; // its label
  }

  /** The column of that name. */
  named(name) {
    if (!this.children.length)
      for (const column of Object.keys({ ...this.texts, label: "" }))
        for (const text of this.cells(column)) new Node(column, this, null).value = text;
    return super.named(name);
  }

  /** The text of that column. */
  cells(name) {
    const text = name === "label" ? this.words() : this.texts[name];
    return typeof text === "string" ? [text] : [];
  }
}

/** An empty tree for the definition, its repeats without rows. Gives its top. */
export function plant(definition) {
  const top = new Node("", null, null);
  grow(definition.survey, new Node(definition.root, top, null));
  return top;
}

function grow(questions, parent) {
  for (const question of questions ?? [])
    if (question.type !== "repeat") grow(question.children, new Node(question.name, parent, question));
}

/** One more row of a repeat below `parent`, after those that are there; `siblings` give it its place. */
export function addRow(parent, question, siblings) {
  const order = new Map(siblings.map((sibling, place) => [sibling.name, place]));
  const { children } = parent;
  const number = parent.named(question.name).length + 1;
  const node = new Node(question.name, parent, question);
  node.row = number;
  let at = children.length - 1;
  for (; at && order.get(children[at - 1].name) > order.get(node.name); at--) children[at] = children[at - 1];
  children[at] = node;
  grow(question.children, node);
  return node;
}

/** Takes a row out; those after it move up. */
export function removeRow(node) {
  const { parent } = node;
  parent.children.splice(parent.children.indexOf(node), 1);
  parent.changed();
  for (const later of parent.named(node.name).slice(node.row - 1)) {
    later.row--;
    later.moved();
  }
}

/** The node at a path with numbers; null where there is none. */
export function find(top, path) {
  let node = top;
  for (const step of path.split("/").slice(1)) {
    const [name, number = ""] = step.split("[");
    node = node?.named(name)[/^\d{1,6}\]$/.test(number) ? Number.parseInt(number, 10) - 1 : 0];
  }
  return node?.path === path ? node : null;
}

/** The nodes that a path names, seen from a node. Steps are a name, `*`, `.`, `..` or axis::test. */
export function select(start, path) {
  let found = [path[0] === "/" ? start.top() : start];
  for (const step of path.split("/")) {
    if (step === "..") found = [...new Set(found.map((node) => node.parent).filter(Boolean))];
    else if (step === "*" || step.includes("::")) found = [...new Set(found.flatMap((node) => onAxis(node, step)))];
    else if (step && step !== ".")
      found = found.length === 1 ? found[0].named(step) : found.flatMap((node) => node.named(step));
  }
  return found;
}

function onAxis(node, step) {
  const [test, axis] = step.split("::").reverse();
  node.named(test); // a choice has its columns only when they are looked at
  const seen =
    axis === "self"
      ? [node]
      : axis === "parent"
        ? [node.parent].filter(Boolean)
        : axis === "descendant-or-self"
          ? node.below()
          : node.children;
  return test === "node()"
    ? seen
    : seen.filter(({ name }) => name && name[0] !== "#" && (test === "*" || test === name));
}

/** Each node once, in document order. */
export function inOrder(nodes) {
  if (nodes.length < 2) return nodes;
  const places = new Map(
    nodes[0]
      .top()
      .below()
      .map((node, place) => [node, place]),
  );
  return [...new Set(nodes)].sort((a, b) => places.get(a) - places.get(b));
}
