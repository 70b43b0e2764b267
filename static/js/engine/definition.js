// A form's definition, read from form.json (twin: blueprints/forms/engine/definition.py).
// The server has checked and completed it; here it only gets an index.

export const ROOT = "data";

/** The definition with every question by its path, in document order. */
export function load(source) {
  const questions = {};
  const gather = (rows) => {
    for (const row of rows) {
      questions[row.path] = row;
      gather(row.children ?? []);
    }
  };
  gather(source.survey);
  return { ...source, root: ROOT, questions };
}

/** Whether a person answers it. */
export const asks = (question) =>
  !["group", "note", "calculate"].includes(question.type) && question.calculation === undefined;

/** The choices of a question. */
export const choicesOf = (definition, question) => definition.choices[question.list_name] ?? [];
