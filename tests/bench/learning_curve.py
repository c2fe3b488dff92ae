"""How much more examples help: the share of held-out texts that come out right, by how many examples there were to learn from.

``python -m tests.bench.learning_curve docs/learning-curve.svg`` draws the picture anew. A fifth of the situations is held out;
of the others ever more are learnt from, in an order that a digest of their names gives, so that the same examples draw the same
picture. The rules are the shipped ones throughout: they were written with these examples in view, so they flatter both lines.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mailbot.adapters.rule_files.corpus import load_corpus
from mailbot.adapters.spacy_model import Classifier, SpacyPhrases
from mailbot.adapters.spacy_model.training import train
from mailbot.app import load_reading
from mailbot.core.classify import Classification, classify
from mailbot.core.example import Example
from tests.invented import RULES, shipped_pack

SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
HELD_OUT = 5
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 360, 60, 20, 150, 50
LINES = (("rules and classifier", "#005ea5"), ("rules alone", "#6f777b"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """So many examples were learnt from; the share that came out right with the classifier, and by the rules alone."""

    examples: int
    blended: float
    alone: float


def measured() -> list[Point]:
    """Train on ever more examples. Takes some minutes of the processor."""
    reading, classes = load_reading(RULES), shipped_pack().classes
    labels = [rule.class_ for rule in reading.classes.rules]
    examples = sorted(load_corpus(RULES, set(labels)).examples, key=lambda one: (_number(one), one.id))
    asked = [one for one in examples if _number(one) % HELD_OUT == 0]
    taught = [one for one in examples if _number(one) % HELD_OUT]
    phrases = SpacyPhrases(reading.classes)

    def right() -> float:
        judged = phrases.judge([one.full_text for one in asked])
        found = (classify(hits, classes, "", opinion) for hits, opinion in judged)
        return _share(asked, list(found))

    alone, points = right(), list[Point]()
    for share in SHARES:
        some = taught[: round(share * len(taught))]
        shown = [label for label in labels if any(one.label == label for one in some)]
        phrases.ask(Classifier(train(some, shown, "curve", SpacyPhrases(reading.classes).scores)))
        points.append(Point(examples=len(some), blended=right(), alone=alone))
        print(points[-1], flush=True)
    return points


def _number(example: Example) -> int:
    return int.from_bytes(sha256(example.situation.encode()).digest()[:4])


def _share(asked: Sequence[Example], judged: Sequence[Classification]) -> float:
    return sum(one.label == found.best for one, found in zip(asked, judged, strict=True)) / len(asked)


# The picture ---------------------------------------------------------------------------------------------------------------


def picture(points: Sequence[Point]) -> str:
    """The curve as SVG: examples to the right, the share that came out right upwards, from 40 to 100 %."""
    most = max(point.examples for point in points)

    def across(examples: int) -> float:
        return LEFT + examples / most * (WIDTH - LEFT - RIGHT)

    def up(share: float) -> float:
        return HEIGHT - BOTTOM - (share - 0.4) / 0.6 * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">']
    parts += ["<title>Share of held-out texts that come out right, by the number of examples</title>"]
    parts += [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for tens in range(4, 11):
        y = up(tens / 10)
        parts += [f'<line x1="{LEFT}" y1="{y:.0f}" x2="{WIDTH - RIGHT}" y2="{y:.0f}" stroke="#dee0e2"/>']
        parts += [f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{tens * 10} %</text>']
    for point in points:
        x = across(point.examples)
        parts += [f'<text x="{x:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{point.examples}</text>']
    parts += [f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 10}" text-anchor="middle">examples learnt from</text>']
    parts += _line(points, lambda point: point.blended, across, up, *LINES[0])
    parts += _line(points, lambda point: point.alone, across, up, *LINES[1])
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(  # a line is its points, where they lie, its name and its colour
    points: Sequence[Point],
    share: Callable[[Point], float],
    across: Callable[[int], float],
    up: Callable[[float], float],
    name: str,
    colour: str,
) -> list[str]:
    path = " ".join(f"{across(point.examples):.1f},{up(share(point)):.1f}" for point in points)
    dots = [f'<circle cx="{across(one.examples):.1f}" cy="{up(share(one)):.1f}" r="3" fill="{colour}"/>' for one in points]
    x, y = across(points[-1].examples) + 8, up(share(points[-1])) + 4
    label = f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}">{name}</text>'
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots, label]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(picture(measured()), encoding="utf-8")
