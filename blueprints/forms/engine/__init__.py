"""What a form means: a pure engine, with a twin in JavaScript (static/js/engine/, same files, same names).

It knows no request, no database and no clock of its own. Four words are its whole interface:

* ``load(source) -> Definition`` reads form.json; raises ``DefinitionError`` with every problem found.
* ``judge(definition, answers, clock, language, files, say) -> Verdict`` judges the answers of a filled form.
  ``answers`` are (name, text) pairs as posted, names being paths; ``clock`` is the phone's; ``files`` the ids of the
  files that came (or will come) along; ``say`` translates the engine's own messages (pass ``flask_babel.gettext``).
* ``blank(definition, clock, language) -> Verdict``: the form as it opens, with its defaults.
* ``readable(definition, values, language) -> list[Section]``: the answers as a reader wants them, with alerts.
"""

from blueprints.forms.engine.completion import DefinitionError, complete
from blueprints.forms.engine.dates import Clock
from blueprints.forms.engine.definition import Definition, Question, load
from blueprints.forms.engine.reading import Line, Score, Section, readable, scores
from blueprints.forms.engine.verdict import Alert, Finding, Verdict, add, blank, conclude, judge, remove

__all__ = [
    "Alert",
    "Clock",
    "Definition",
    "DefinitionError",
    "Finding",
    "Line",
    "Question",
    "Score",
    "Section",
    "Verdict",
    "add",
    "blank",
    "complete",
    "conclude",
    "judge",
    "load",
    "readable",
    "remove",
    "scores",
]
