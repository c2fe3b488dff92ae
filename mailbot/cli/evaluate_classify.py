"""``mailbot evaluate classify``: how well are texts classified that people have labelled?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from mailbot.core.classify import Classification

SAME = {"comment_or_suggestion": "suggestion", "spam_marketing": "not_for_us"}
"""Labels of other hands for classes of ours."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BINS = 10
MAIN = ("enquiry", "foi_request", "complaint", "compliment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled text with what it was taken for.

    ``acceptable``: other labels that would do; ``flags``: those that people gave it, None where nobody looked for them;
    ``raised``: those that were raised.
    """

    label: str
    acceptable: frozenset[str]
    source: str
    best: str
    acted_on: bool
    confidence: float
    flags: frozenset[str] | None = None
    raised: frozenset[str] = frozenset()

    @property
    def is_right(self) -> bool:
        return self.best == self.label

    @property
    def would_do(self) -> bool:
        return self.is_right or self.best in self.acceptable


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFigures:
    """One class: how many texts bear its label, and how many of those that were taken for it, or bear it, were right."""

    class_: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFigures:
    """One flag: how many texts bear it, and how many of those that it was raised for, or that bear it, were right."""

    flag: str
    texts: int
    precision: float
    recall: float


def register(app: typer.Typer) -> None:
    app.command("classify")(classify)


def classify(
    file: Annotated[str, typer.Argument(metavar="JSONL", help="Texts: id, subject, body, label, also_acceptable, flags.")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Judge by this installation's policy.")] = None,
    mailbox: Annotated[str | None, typer.Option(help="Judge as this mailbox of the configuration.")] = None,
    merge: Annotated[list[str] | None, typer.Option(help="Score one class as another: service_request=enquiry.")] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Judge labelled texts, and print how many were right: in all, for each class, source and confidence.

    Texts that have 'flags', be it an empty list, are counted by flag, too.
    """
    from mailbot.cli.options import print_json

    merged = dict(one.split("=", 1) for one in merge or () if "=" in one)
    judged = list(_judged(file, config, mailbox, merged))
    if format_ is Format.JSON:
        print_json(_figures(judged))
        return
    _print(judged)


def _judged(file: str, config: Path | None, mailbox: str | None, merged: dict[str, str]) -> Iterator[Judged]:
    from mailbot.cli.classify import Judge, objects_of, text_of
    from mailbot.cli.options import tell
    from mailbot.errors import PermanentError

    lines = list(objects_of(file))
    for number, data in lines:
        if not data.get("label"):
            raise PermanentError(f"{file}:{number}: it has no label; write the class that a person would give it")
    judge = Judge.of(config, mailbox)
    strange = Counter(label for _, data in lines if (label := _ours(str(data["label"]))) not in judge.pack.classes)
    if strange:
        counted = ", ".join(f"{label} {number}" for label, number in sorted(strange.items()))
        tell(f"left out, because their labels are no class of the pack: {counted}")
    lines = [(number, data) for number, data in lines if _ours(str(data["label"])) not in strange]
    if not lines:
        raise PermanentError(f"{file}: no text has a label that is a class of the pack")
    for (_, data), (_, found) in zip(lines, judge.all(text_of(data) for _, data in lines), strict=True):
        yield _one(data, found, merged)


def _ours(label: str) -> str:
    return SAME.get(label, label)


def _one(data: dict[str, Any], found: "Classification", merged: dict[str, str]) -> Judged:
    def named(label: str) -> str:
        return merged.get(_ours(label), _ours(label))

    return Judged(
        label=named(str(data["label"])),
        acceptable=frozenset(named(str(label)) for label in data.get("also_acceptable") or ()),
        source=str(data.get("source", "")).split()[0] if data.get("source") else "",
        best=named(found.best),
        acted_on=found.class_ == found.best,
        confidence=found.confidence,
        flags=frozenset(map(str, data["flags"] or ())) if "flags" in data else None,
        raised=frozenset(found.flags),
    )


def class_figures(judged: Sequence[Judged]) -> list[ClassFigures]:
    """Precision, recall and F1 of each class, strict."""
    return [_class_figures(class_, judged) for class_ in sorted({one.label for one in judged})]


def _class_figures(class_: str, judged: Sequence[Judged]) -> ClassFigures:
    right = sum(one.is_right for one in judged if one.label == class_)
    taken, borne = sum(one.best == class_ for one in judged), sum(one.label == class_ for one in judged)
    precision, recall = right / taken if taken else 0.0, right / borne
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return ClassFigures(class_=class_, texts=borne, precision=round(precision, 3), recall=round(recall, 3), f1=round(f1, 3))


def macro_f1(judged: Sequence[Judged]) -> float:
    """The mean F1 of the main classes that occur among the labels."""
    found = [one.f1 for one in class_figures(judged) if one.class_ in MAIN]
    return round(sum(found) / len(found), 3) if found else 0.0


def flag_figures(judged: Sequence[Judged]) -> list[FlagFigures]:
    """Precision and recall of each flag that a text bears or that was raised, where people have looked for flags."""
    labelled = [(one.flags, one.raised) for one in judged if one.flags is not None]
    names = sorted(frozenset().union(*(borne | raised for borne, raised in labelled)))
    return [_flag_figures(name, labelled) for name in names]


def _flag_figures(flag: str, labelled: Sequence[tuple[frozenset[str], frozenset[str]]]) -> FlagFigures:
    texts, raised = sum(flag in borne for borne, _ in labelled), sum(flag in ours for _, ours in labelled)
    right = sum(flag in borne & ours for borne, ours in labelled)
    precision, recall = (round(right / number, 3) if number else 0.0 for number in (raised, texts))
    return FlagFigures(flag=flag, texts=texts, precision=precision, recall=recall)


def calibration_error(judged: Sequence[Judged]) -> float:
    """The expected calibration error over ten bins: how far confidence and share of right answers lie apart."""
    bins: dict[int, list[Judged]] = {}
    for one in judged:
        bins.setdefault(min(int(one.confidence * BINS), BINS - 1), []).append(one)
    gaps = (abs(sum(one.confidence - one.is_right for one in some)) for some in bins.values())
    return round(sum(gaps) / len(judged), 3)


def _figures(judged: Sequence[Judged]) -> dict[str, Any]:
    acted = [one for one in judged if one.acted_on]
    return {
        "texts": len(judged),
        "accuracy": _share(judged, "is_right"),
        "accuracy_lenient": _share(judged, "would_do"),
        "acted_on": round(len(acted) / len(judged), 3),
        "accuracy_acted_on": _share(acted, "is_right"),
        "accuracy_acted_on_lenient": _share(acted, "would_do"),
        "macro_f1": macro_f1(judged),
        "expected_calibration_error": calibration_error(judged),
        "classes": class_figures(judged),
        "flags": flag_figures(judged),
        "coverage": [_covered(threshold, judged) for threshold in THRESHOLDS],
        "sources": {source: _share(_of(source, judged), "is_right") for source in _sources(judged)},
        "confusions": [[*pair, count] for pair, count in _confusions(judged)],
    }


def _share(judged: Sequence[Judged], what: str) -> float:
    return round(sum(getattr(one, what) for one in judged) / len(judged), 3) if judged else 0.0


def _confusions(judged: Sequence[Judged]) -> list[tuple[tuple[str, str], int]]:
    return Counter((one.label, one.best) for one in judged if not one.is_right).most_common()


def _print(judged: Sequence[Judged]) -> None:
    from mailbot.cli.options import print_table

    acted = [one for one in judged if one.acted_on]
    typer.echo(f"{len(judged)} texts: {_share(judged, 'is_right'):.1%} right, {_share(judged, 'would_do'):.1%} acceptable")
    right, acceptable = (_share(acted, what) for what in ("is_right", "would_do"))
    typer.echo(f"acts on {len(acted) / len(judged):.1%}, of these {right:.1%} right, {acceptable:.1%} acceptable")
    typer.echo(f"macro-F1 over {', '.join(MAIN)}: {macro_f1(judged):.3f}")
    typer.echo(f"expected calibration error {calibration_error(judged):.3f}")
    figures = class_figures(judged)
    rows = [(one.class_, str(one.texts), f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}") for one in figures]
    print_table("classes", ("class", "texts", "precision", "recall", "F1"), rows)
    flags = flag_figures(judged)
    if flags:
        columns = ("flag", "texts", "precision", "recall")
        print_table(
            "flags", columns, ((one.flag, str(one.texts), f"{one.precision:.3f}", f"{one.recall:.3f}") for one in flags)
        )
    print_table("confidence", ("from", "covers", "right"), (_from(_covered(threshold, judged)) for threshold in THRESHOLDS))
    labels = sorted({one.label for one in judged} | {one.best for one in judged})
    print_table("confusion (rows: label)", ("", *labels), (_confused(label, labels, judged) for label in labels))
    if sources := _sources(judged):
        print_table("sources", ("source", "texts", "right"), (_of_source(source, judged) for source in sources))


def _covered(threshold: float, judged: Sequence[Judged]) -> dict[str, float]:
    """How much has this confidence or more, and how much of that is right."""
    sure = [one for one in judged if one.confidence >= threshold]
    return {"from": threshold, "covers": round(len(sure) / len(judged), 3), "right": _share(sure, "is_right")}


def _from(covered: dict[str, float]) -> tuple[str, ...]:
    return f"{covered['from']:.2f}", f"{covered['covers']:.1%}", f"{covered['right']:.1%}"


def _confused(label: str, labels: Sequence[str], judged: Sequence[Judged]) -> tuple[str, ...]:
    taken = Counter(one.best for one in judged if one.label == label)
    return label, *(str(taken[other] or "") for other in labels)


def _sources(judged: Sequence[Judged]) -> list[str]:
    return sorted({one.source for one in judged} - {""})


def _of(source: str, judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.source == source]


def _of_source(source: str, judged: Sequence[Judged]) -> tuple[str, ...]:
    its = _of(source, judged)
    return source, str(len(its)), f"{_share(its, 'is_right'):.1%}"
