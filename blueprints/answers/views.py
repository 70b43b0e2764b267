"""One question of any form, asked of everybody: how often which answer, and who said what."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.answers import queries
from blueprints.answers.inputs import QuestionForm
from blueprints.people.access import require
from blueprints.shared.pages import render

bp = Blueprint("answers", __name__)


@bp.get("/questions")
@require("supervisor")
def question() -> ResponseReturnValue:
    """The answers of the clients of this person's teams to one question, between two days."""
    form = QuestionForm(request.args)
    asked = queries.askable(form.form.data or "")
    form.offer(queries.forms(), [(path, words) for path, words in asked.items()])
    said = queries.said(current_user, form.form.data, form.path.data, **form.days) if form.path.data else None
    return render("answers/question.html", form=form, said=said)
