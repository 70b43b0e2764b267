"""Answers as rows that can be asked. What counts is kept whole with its checklist version or feedback."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from blueprints.shared.db import Base

LONGEST_PATH = 500  # characters; what lies deeper has no row of its own


class Answer(Base):
    """One answer of the latest version of a checklist, or of a client's feedback; of several choices, one of them.

    Written together with its version and taken away with it: what can be read in the whole has no foreign keys here,
    which would cost each capture a look-up for every answer.
    """

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_question", "form_id", "path", "at"), {"sqlite_with_rowid": False})
    version_id: Mapped[UUID] = mapped_column(primary_key=True)  # of the checklist's version, or of the feedback
    number: Mapped[int] = mapped_column(primary_key=True)  # its place in there
    form_id: Mapped[str] = mapped_column(String(60))
    path: Mapped[str] = mapped_column(String(LONGEST_PATH))  # of the question, without the numbers of rows
    rows: Mapped[str] = mapped_column(String(60), default="")  # the rows of repeats around it, the outermost first: 2.1
    value: Mapped[str] = mapped_column(Text)  # the canonical text; of a choice its name
    figure: Mapped[float | None]  # of what is a number; of a ranked choice its rank
    day: Mapped[date | None]  # of a date, or of the day of a moment
    moment: Mapped[datetime | None]
    at: Mapped[datetime]  # when it was answered: the phone's clock, never later than our own
    client_id: Mapped[UUID | None]  # whom it is about
    team_id: Mapped[UUID | None]  # of a kiosk; a client's answers follow the client
