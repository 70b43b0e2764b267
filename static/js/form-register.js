// What our register told a form: the page has it in a field that travels with the answers (`_given`).

/** The form as it is with that: lists with their rows, inputs as calculations (twin: forms/register.py). */
export function informed(definition, { values = {}, lists = {} }) {
  const choices = { ...definition.choices };
  for (const [name, rows] of Object.entries(lists))
    choices[name] = rows.map((row) => ({
      ...row,
      label: row.label ? { [definition.default_language]: [row.label] } : {},
    }));
  const questions = { ...definition.questions };
  for (const [path, text] of Object.entries(values)) questions[path] = { ...questions[path], calculation: ["s", text] };
  const order = [...Object.keys(values), ...definition.order.filter((path) => !(path in values))];
  return { ...definition, choices, questions, order, names: {} };
}
