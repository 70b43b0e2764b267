"""How the forms that ship are filled in the demo world: believable answers, by the form's id."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from blueprints.demo import texts

Pairs = list[tuple[str, str]]
# The points of home-safety, by their group; every one is answered yes, no or not applicable.
POINTS = {
    "entrance": ("access", "door", "passages", "stairs"),
    "rooms": ("rugs", "light", "height", "call"),
    "bathroom": ("rail", "floor", "toilet"),
    "kitchen": ("reach", "cooker", "food", "medicines"),
    "general": ("smoke", "wiring", "heating"),
}
ONLY_SOMETIMES = {"stairs", "toilet"}  # there is none in every home


def home_safety(chance: Random, day: date, wrong: tuple[str, ...] | None = None, water: int | None = None) -> Pairs:
    """A home: mostly safe; `wrong` are the points that are not, `water` its temperature in °C."""
    asked = [name for names in POINTS.values() for name in names]
    wrong = tuple(chance.sample(asked, chance.choice((0, 0, 1, 1, 2, 3)))) if wrong is None else wrong
    pairs: Pairs = []
    for group, names in POINTS.items():
        for name in names:
            path = f"/data/{group}/{name}"
            if name in wrong:
                pairs += [(path, "no"), (f"{path}_no/solution", texts.SOLUTIONS[name])]
            else:
                pairs.append((path, "na" if name in ONLY_SOMETIMES and chance.random() < 0.4 else "yes"))
        if group == "bathroom":
            pairs.append(("/data/bathroom/water", str(water or chance.choice((38, 42, 45, 48, 50, 52)))))
    pairs.append(("/data/general/remarks", chance.choice(texts.REMARKS)))
    return pairs


def monthly_follow_up(chance: Random, day: date) -> Pairs:
    """A month: mostly quiet; sometimes a fall, or worse."""
    trend = chance.choice(("same", "same", "same", "better", "worse"))
    fall = chance.random() < 0.12
    planned = chance.choice(("all", "all", "all", "some"))
    pairs = [
        ("/data/state/trend", trend),
        ("/data/state/mood", str(chance.choice((2, 3, 3, 4, 4, 5)))),
        ("/data/state/meals", str(chance.choice((2, 3, 3, 3, 4)))),
        ("/data/state/weight", f"{chance.uniform(48, 88):.1f}".replace(".", ",")),
        ("/data/events/fall", "yes" if fall else "no"),
        ("/data/events/hospital", "no"),
        ("/data/events/medicines", chance.choice(("no", "no", "yes"))),
        ("/data/services/as_planned", planned),
        ("/data/next/decided", chance.choice(texts.DECIDED)),
        ("/data/next/again", (day + timedelta(days=30)).isoformat()),
    ]
    if trend == "worse":
        pairs.append(("/data/state/worse", chance.choice(texts.WORSE)))
    if fall:
        happened = (day - timedelta(days=chance.randint(2, 20))).isoformat()
        pairs += [("/data/events/fall_yes/day", happened), ("/data/events/fall_yes/hour", "07:15"),
                  ("/data/events/fall_yes/hurt", "no")]  # fmt: skip
    if planned == "some":
        pairs.append(("/data/services/missed", str(chance.randint(1, 3))))
    return pairs


def first_assessment(chance: Random, day: date) -> Pairs:
    """Somebody new."""
    falls = chance.choice((0, 0, 1, 1, 2))
    pairs = [
        ("/data/situation/day", day.isoformat()),
        ("/data/situation/present", "person"),
        ("/data/situation/present", chance.choice(("child", "spouse", "professional"))),
        ("/data/situation/home", chance.choice(("alone", "alone", "couple"))),
        ("/data/situation/dwelling", "house"),
        *((f"/data/autonomy/{name}", chance.choice(("alone", "alone", "help")))
          for name in ("wash", "dress", "toilet", "move", "continence", "eat")),
        ("/data/health/falls", str(falls)),
        ("/data/health/pain", str(chance.randint(0, 6))),
        ("/data/health/medicines", chance.choice(("self", "nurse", "family"))),
        ("/data/wishes/matters", chance.choice(texts.MATTERS)),
        ("/data/wishes/first_steps", chance.choice(texts.FIRST_STEPS)),
        ("/data/wishes/consent", "OK"),
    ]  # fmt: skip
    if falls:
        pairs += [("/data/health/fall/last", (day - timedelta(days=chance.randint(15, 90))).isoformat()),
                  ("/data/health/fall/how", chance.choice(texts.FALLS))]  # fmt: skip
    return pairs


FILLED: dict[str, Callable[[Random, date], Pairs]] = {
    "home-safety": home_safety,
    "monthly-follow-up": monthly_follow_up,
    "first-assessment": first_assessment,
}


def after_visit(score: int, words: str, phone: str = "") -> Pairs:
    """What a client answers at a visit; `phone`: where they wish to be called back."""
    pairs = [("/data/score", str(score)), ("/data/words", words)]
    return pairs + ([("/data/call_back", "yes"), ("/data/telephone", phone)] if phone else [("/data/call_back", "no")])


def kiosk_hall(score: int, words: str) -> Pairs:
    """What somebody answers in the hall."""
    return [("/data/opinion/score", str(score)), ("/data/comment/words", words)]
