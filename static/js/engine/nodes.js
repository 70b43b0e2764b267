// The filled form as a tree of real nodes: name, parent, children, value (twin: blueprints/forms/engine/nodes.py).

export class Node {
  constructor(name, parent, question) {
    this.name = name;
    this.parent = parent;
    this.question = question;
    this.children = [];
    this.value = "";
    this.own = true; // relevance by its own condition, without that of its groups
    parent?.children.push(this);
  }

  /** Whether it is asked: its own condition and those of all groups around it. */
  get relevant() {
    return this.own && (this.parent?.relevant ?? true);
  }

  get path() {
    return `${this.parent?.path ?? ""}/${this.name}`;
  }

  /** Its value, or the texts of all below it; blank while not relevant. */
  get text() {
    if (this.children.length) return this.children.map((child) => child.text).join("");
    return this.relevant ? this.value : "";
  }

  /** Itself and everything under it, in document order. */
  *below() {
    yield this;
    for (const child of this.children) yield* child.below();
  }
}

/** An empty tree for the definition: every node by its path, in document order, the root first. */
export function plant(definition) {
  const grow = (questions, parent) => {
    for (const question of questions) grow(question.children ?? [], new Node(question.name, parent, question));
  };
  const root = new Node(definition.root, null, null);
  grow(definition.survey, root);
  return Object.fromEntries([...root.below()].map((node) => [node.path, node]));
}

/** The nodes that a path names, seen from a node. Steps are a name, `*`, `.` and `..`. */
export function select(start, path) {
  let steps = path.split("/");
  let found = [start];
  if (path.startsWith("/")) {
    while (found[0].parent) found = [found[0].parent];
    if (steps[1] !== found[0].name) return [];
    steps = steps.slice(2);
  }
  for (const step of steps) {
    if (step === "..") found = [...new Set(found.map((node) => node.parent).filter(Boolean))];
    else if (step !== ".")
      found = found.flatMap((node) => node.children.filter((child) => step === "*" || step === child.name));
  }
  return found;
}
