// What a filled form looks like now: only what has changed is drawn. Knows which part of the page is which node.

import { toTruth } from "./engine/conversions.js";
import { asks, choicesOf, holdsOthers } from "./engine/definition.js";
import { words } from "./engine/functions.js";
import { Node } from "./engine/nodes.js";
import { icon } from "./status.js";
import { plain, written } from "./written.js";

const CONTROLS = "input:not([type=hidden]), textarea, select";
const separate = (question) => question.type === "select_multiple" || question.type === "rank";
let ids = 0;

/** The texts that a part of the page gives for its question. */
export function texts(part, name) {
  const found = [];
  for (const field of part.querySelectorAll("input, select, textarea"))
    if (field.name === name && field.type !== "file" && (!/^(radio|checkbox)$/.test(field.type) || field.checked))
      found.push(field.value);
  return found;
}

export class Sheet {
  parts = new Map(); // by node
  fields = new Map(); // by node: hidden fields of what nobody is asked
  repeats = new Map(); // by element: {parent, question}
  #nodes = new WeakMap();
  #values = new WeakMap();
  #quoting = new WeakMap();

  /** `fresh`: the page stands as the server has drawn it for a form that nobody has filled. */
  constructor(form, filled, fresh) {
    Object.assign(this, { form, filled, fresh });
    this.bind(form);
  }

  /** Learns which node each part below an element shows. */
  bind(root) {
    const { filled } = this;
    const inside = root === this.form ? [] : [root];
    for (const part of [...inside, ...root.querySelectorAll("[data-q]")]) {
      const node = filled.find(part.dataset.q);
      if (!node) continue;
      this.parts.set(node, part);
      this.#nodes.set(part, node);
      const { default: first } = node.question;
      const drawn = root !== this.form ? "" : this.fresh ? (typeof first === "string" ? first : "") : node.value;
      this.#values.set(node, drawn);
    }
    for (const place of root.querySelectorAll("[data-text]")) {
      const part = place.closest("[data-q], [data-repeat]");
      const all = this.#quoting.get(part);
      if (all) all.push(place);
      else this.#quoting.set(part, [place]);
    }
    for (const field of root.querySelectorAll('input[type=hidden][name^="/"]')) {
      const node = filled.find(field.name);
      if (node && !this.parts.has(node)) this.fields.set(node, field);
    }
    for (const place of root.querySelectorAll("[data-repeat]")) {
      const path = place.dataset.repeat;
      const at = path.lastIndexOf("/");
      const question = filled.definition.questions[path.replace(/\[\d+\]/g, "")];
      this.repeats.set(place, { parent: filled.find(path.slice(0, at)), question });
    }
  }

  /** The node that a part shows. */
  node(part) {
    return this.#nodes.get(part);
  }

  /** Forgets the parts of nodes that are no more. */
  forget(row, place) {
    for (const node of row.below()) {
      this.parts.delete(node);
      this.fields.delete(node);
    }
    for (const inner of place.querySelectorAll("[data-repeat]")) this.repeats.delete(inner);
  }

  /** What a person has typed is on the page already. */
  typed(node) {
    this.#values.set(node, node.value);
  }

  /** Draws everything anew. Gives nodes whose answer had to go, since it is not offered any more. */
  drawAll(read = false) {
    const lost = this.draw(this.parts.keys(), read);
    for (const [node, field] of this.fields) if (node.value && field.value !== node.value) field.value = node.value;
    return lost;
  }

  /** Draws these nodes: whether they are asked, their choices, values and words. Gives those whose answer had to go. */
  draw(nodes, read = false) {
    const lost = [];
    for (const node of nodes) {
      const part = this.parts.get(node);
      if (!part) {
        const field = this.fields.get(node);
        if (field && field.value !== node.value) field.value = node.value;
        continue;
      }
      if (part.inert === node.own) {
        part.hidden = !node.own;
        part.inert = part.hidden;
      }
      const { question } = node;
      const quoting = this.#quoting.get(part);
      if (quoting) for (const place of quoting) this.write(place, node, question[place.dataset.text]);
      if (holdsOthers(question) || question.type === "note") continue;
      if (question.choice_filter !== undefined && this.offer(part, node)) lost.push(node);
      this.value(part, node, read);
    }
    for (const [place, { parent, question }] of this.repeats) {
      if (question.relevant !== undefined) this.close(place, parent, question);
      const quoting = this.#quoting.get(place);
      const [row] = quoting ? parent.named(question.name) : [];
      if (row) for (const words of quoting) this.write(words, row, question[words.dataset.text]);
    }
    return lost;
  }

  /** A repeat is asked where one of its rows is, or, where it has none, where a row would be. */
  close(place, parent, question) {
    const rows = parent.named(question.name);
    const ghost = new Node(question.name, null, question);
    ghost.parent = parent;
    const open = rows.length ? rows.some((row) => row.own) : toTruth(this.filled.evaluate(ghost, question.relevant));
    if (place.inert !== open) return;
    place.hidden = !open;
    place.inert = !open;
  }

  /** Writes a text where it is another than before. */
  write(place, node, text) {
    const said = this.filled.words(node, text);
    if (place.said === undefined && place.textContent === said) place.said = said;
    if (place.said === said) return;
    place.said = said;
    place.replaceChildren(...written(said));
  }

  /** Shows the value of a node that something else than this part has set. */
  value(part, node, read) {
    const { question, value } = node;
    const path = node.path;
    if (!asks(question) || question.read_only) {
      const said = part.querySelector("output");
      if (said) said.textContent = this.named(node);
    } else if (this.#values.get(node) === value && !(read && value && !texts(part, path).some(Boolean))) return;
    this.#values.set(node, value);
    let place = 0;
    const names = separate(question) ? words(value) : [value];
    for (const field of part.querySelectorAll("input, select, textarea")) {
      if (field.name !== path) continue;
      if (/^(radio|checkbox)$/.test(field.type)) field.checked = names.includes(field.value);
      else if (question.type === "rank") field.value = names[place++] ?? "";
      else field.value = question.type.startsWith("geo") ? value.replace(/; /g, "\n") : fitting(field, value);
      if (field.type === "select-one" || field.type === "hidden") field.dispatchEvent(new Event("tournee:set"));
    }
  }

  /** The chosen answers in words. */
  named(node) {
    const { question } = node;
    const every = choicesOf(this.filled.definition, question);
    const label = (name) => every.find((choice) => choice.name === name)?.label;
    const all = separate(question) ? words(node.value) : [node.value].filter(Boolean);
    return all.map((name) => plain(this.filled.words(node, label(name)) || name)).join(", ");
  }

  /** Gives a question the choices that it has now. Whether the answer was none of them, and went. */
  offer(part, node) {
    const path = node.path;
    const list = this.filled.choices(node);
    const select = part.querySelector("select");
    const before = texts(part, path).filter(Boolean);
    const shown = select
      ? [...select.options].slice(1).map((option) => option.value)
      : [...part.querySelectorAll("label > input")].map((field) => field.value);
    if (shown.length === list.length && list.every((choice, at) => choice.name === shown[at])) return false;
    const kept = before.length ? before : separate(node.question) ? words(node.value) : [node.value].filter(Boolean);
    const label = (choice) => this.filled.words(node, choice.label) || choice.name;
    if (select) {
      const options = list.map((choice) => new Option(plain(label(choice)), choice.name));
      for (const each of part.querySelectorAll("select")) each.replaceChildren(new Option("", ""), ...options);
      select.value = kept.find((name) => list.some((choice) => choice.name === name)) ?? "";
      select.dispatchEvent(new Event("tournee:choices"));
    } else {
      const type = node.question.type === "select_one" ? "radio" : "checkbox";
      const made = list.map((choice) => {
        const line = document.createElement("label");
        const field = Object.assign(document.createElement("input"), { type, name: path, value: choice.name });
        const words = document.createElement("span");
        field.checked = kept.includes(choice.name);
        words.append(...written(label(choice)));
        line.append(field, words);
        return line;
      });
      part.querySelector(".choices, .segmented, .likert, .cells").replaceChildren(...made);
    }
    return kept.some((name) => !list.some((choice) => choice.name === name));
  }

  /** The message below a question; none removes it. */
  message(node, text) {
    const part = this.parts.get(node);
    if (!part) return;
    let line = part.querySelector(":scope > .error");
    if (!text && !line) return;
    if (text && !line) {
      line = document.createElement("p");
      line.className = "error";
      line.id = part.closest(".form-row") ? `error-${++ids}` : `${node.path}-e`; // a row's number may change
      line.append(icon("circle-alert"), document.createElement("span"));
      part.append(line);
    }
    const { id } = line;
    if (!text) line.remove();
    else if (line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
    const control = part.matches("fieldset") ? part : part.querySelector(CONTROLS);
    if (!control || control.hasAttribute("aria-invalid") === Boolean(text)) return;
    const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
    const described = (text ? [...others, id] : others).join(" ");
    if (described) control.setAttribute("aria-describedby", described);
    else control.removeAttribute("aria-describedby");
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  /** Brings a node into sight and puts the focus into its first control. */
  go(node) {
    const part = this.parts.get(node);
    const fold = part.querySelector("details.fold");
    if (fold) fold.open = true;
    part.querySelector(CONTROLS)?.focus({ preventScroll: true });
    part.scrollIntoView({ block: "center" });
  }
}

/** A kept moment as its field takes it. */
const fitting = (field, value) => (field.type === "datetime-local" ? value.slice(0, 16) : value);
