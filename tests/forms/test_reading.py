"""Answers as a reader wants them: by section, in words, with what alarms."""

import json

from blueprints.forms import engine
from blueprints.forms.actions import SHIPPED


def form(name: str) -> engine.Definition:
    return engine.load(json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8")))


def test_answers_stand_in_their_sections_in_the_forms_order() -> None:
    values = {
        "/data/bathroom/water": "52",
        "/data/entrance/access": "yes",
        "/data/bathroom/rail": "no",
        "/data/bathroom/rail_no/solution": "Barre coudée",
    }

    sections = engine.readable(form("home-safety"), values, "fr")

    assert [section.title for section in sections] == ["1. Entrée et circulation", "3. Salle de bain"]
    assert [(line.label, line.text) for line in sections[1].lines] == [
        ("Barre d’appui près de la baignoire\u202f?", "Non"),
        ("Quelle solution a été proposée\u202f?", "Barre coudée"),
        ("Température de l’eau", "52\u00a0°C"),
    ]
    assert [(line.level, line.alert) for line in sections[1].lines] == [
        ("watch", "Pas de barre d’appui près de la baignoire"), ("", ""), ("watch", "Eau à plus de 50\u00a0°C"),
    ]  # fmt: skip


def test_each_type_is_written_as_a_person_writes_it() -> None:
    values = {
        "/data/situation/day": "2026-03-09",
        "/data/situation/present": "person child",
        "/data/health/pain": "7",
        "/data/health/weight": "61.5",
        "/data/support/best_time": "09:30",
        "/data/wishes/consent": "OK",
    }

    french = {line.path: line.text for s in engine.readable(form("first-assessment"), values, "fr") for line in s.lines}
    english = {
        line.path: line.text for s in engine.readable(form("first-assessment"), values, "en") for line in s.lines
    }

    assert list(french.values()) == ["09/03/2026", "La personne, Enfant", "7/10", "61,5\u00a0kg", "09:30", "✓"]
    assert list(english.values()) == ["9 Mar 2026", "The person, Child", "7/10", "61.5\u00a0kg", "09:30", "✓"]


def test_a_face_is_read_by_its_word() -> None:
    (section,) = engine.readable(form("after-visit"), {"/data/score": "2", "/data/words": "Trop\ntard"}, "fr")

    assert section.title == ""
    assert [line.text for line in section.lines] == ["Mécontent (2/5)", "Trop\ntard"]
    assert section.lines[0].level == "watch"


def test_an_answer_of_another_version_is_left_out() -> None:
    assert engine.readable(form("after-visit"), {"/data/gone": "1"}, "fr") == []
