// A form's definition, read from form.json (twin: blueprints/forms/engine/definition.py).
// The server has checked and completed it; here it only gets indexes.

export const ROOT = "data";
const PARENTS = ["group", "repeat"];
export const FILES = ["image", "audio", "video", "file", "signature"];
const METADATA = ["start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"];
export const SILENT = [...PARENTS, ...METADATA, "note", "calculate", "hidden"];

/** The definition with every question by its path, in document order, and what a change of a path sets. */
export function load(source) {
  const questions = {};
  const triggers = {};
  const gather = (rows) => {
    for (const row of rows) {
      questions[row.path] = row;
      for (const [, tree, trigger] of row.set ?? []) {
        triggers[trigger] ??= [];
        triggers[trigger].push([row.path, tree]);
      }
      gather(row.children ?? []);
    }
  };
  gather(source.survey);
  const counted = Object.keys(questions).filter((path) => questions[path].repeat_count !== undefined);
  const { root = ROOT, wide = {}, wide_checks = {}, context = [] } = source;
  return {
    ...source,
    root,
    wide,
    wide_checks,
    context: new Set(context),
    questions,
    triggers,
    counted,
    names: {},
    below: {},
  };
}

/** Whether a person answers it. */
export const asks = (question) => !SILENT.includes(question.type) && question.calculation === undefined;

/** Whether it is a group, or a repeat of one. */
export const holdsOthers = (question) => PARENTS.includes(question.type);

/** The questions that stand beside it, itself among them. */
export const around = (definition, question) =>
  definition.questions[question.path.slice(0, question.path.lastIndexOf("/"))]?.children ?? definition.survey;

/** Who reads a place or anything below it, each once: as in deps, wide, checks and wide_checks. */
export function readersBelow(definition, place) {
  if (!definition.below[place]) {
    const { questions, deps, wide, checks = {}, wide_checks } = definition;
    const paths = Object.keys(questions).filter((path) => `${path}/`.startsWith(`${place}/`));
    const once = (readers) => [...new Set(paths.flatMap((path) => readers[path] ?? []))];
    definition.below[place] = [deps, wide, checks, wide_checks].map(once);
  }
  return definition.below[place];
}

/** The choices of a question. */
export const choicesOf = (definition, question) => definition.choices[question.list_name] ?? [];

/** The names of the choices of a question. */
export function namesOf(definition, question) {
  const list = question.list_name;
  definition.names[list] ??= new Set(choicesOf(definition, question).map((choice) => choice.name));
  return definition.names[list];
}
