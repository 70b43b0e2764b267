"""The app with two routes more, for the other side of each ratio: an empty signed-in page, a bare durable insert."""

from uuid import UUID

from flask import Blueprint, Flask, render_template, request
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app import create_app
from blueprints.people.access import require
from blueprints.shared.db import Base, db, uuid7

bp = Blueprint("bench", __name__, url_prefix="/bench", template_folder="templates")


class BareRow(Base):
    """What the bare route writes."""

    __tablename__ = "bench_bare_row"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    body: Mapped[str] = mapped_column(Text)


@bp.get("/empty")
@require()
def empty() -> str:
    """The shell of every page, with nothing in it."""
    return render_template("bench/empty.html")


@bp.post("/bare")
def bare() -> tuple[str, int]:
    """Parses the body, as any form is, and does one durable insert."""
    db.session.add(BareRow(body=repr(list(request.form.items(multi=True)))))
    db.session.commit()
    return "", 201


def make() -> Flask:
    """The app under measurement."""
    app = create_app()
    app.register_blueprint(bp)
    return app
