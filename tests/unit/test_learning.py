"""The classifier in use: kept, made anew where its file is of no use, and never waited for."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
import srsly
from structlog.testing import capture_logs

import mailbot.reading
from mailbot.adapters.spacy_model import Model, keeping
from mailbot.core.class_rules import ClassRule, ClassRules, Phrase
from mailbot.core.flag import NO_FLAGS
from mailbot.core.quoting import QuoteRules
from mailbot.core.subject import SubjectRules
from mailbot.errors import PolicyError
from mailbot.learning import Learning, model_in_use
from mailbot.reading import PlainReader, ReadingRules, spacy_reader

RUDE = Phrase(text="rude", weight=1.0)
SAID = {
    "complaint": ("rude and slow", "late and dirty", "a rude clerk"),
    "enquiry": ("when does it open", "where is it", "who is it"),
}
CLASSES = ClassRules(
    version="1", rules=tuple(ClassRule(class_=name, phrases=(RUDE,), must_hit=(), must_not_hit=()) for name in SAID)
)
PATIENCE = 60


@pytest.fixture
def learning(tmp_path: Path) -> Learning:
    """A few examples, and an empty folder for what is learnt from them."""
    (tmp_path / "corpus").mkdir()
    rows = [
        {"id": f"{label}-{number}", "situation": f"{label}-{number}", "label": label, "body": f"{body} {number}"}
        for label, bodies in SAID.items()
        for number, body in enumerate(bodies * 4)
    ]
    (tmp_path / "corpus" / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return Learning(rules=tmp_path, models=tmp_path / "models", own="here")


def used(learning: Learning) -> tuple[Model, list[str]]:
    """The model in use, and what was said on the way."""
    said = list[str]()
    return model_in_use(CLASSES, NO_FLAGS, learning, said.append), said


def file_in(learning: Learning) -> Path:
    """The one file that is kept."""
    (file,) = learning.models.iterdir()
    return file


def test_it_is_trained_once_and_kept(learning: Learning) -> None:
    """The first start says that it takes a while, the second says nothing."""
    first, said = used(learning)
    assert said == ["the classifier is trained, which takes half a minute: there is none yet"]
    assert used(learning) == (first, [])


def test_a_damaged_file_is_made_anew_and_that_is_said(learning: Learning) -> None:
    """What comes out is the same as before, and the file is whole again."""
    model, _ = used(learning)
    file = file_in(learning)
    file.write_bytes(file.read_bytes()[:-9])
    again, (said,) = used(learning)
    assert (again, said.endswith("its file is damaged")) == (model, True)
    assert used(learning) == (model, [])


def test_the_file_of_an_older_program_is_made_anew_and_that_is_said(learning: Learning) -> None:
    """Its form is another one: nothing of it is used."""
    model, _ = used(learning)
    file = file_in(learning)
    data = srsly.msgpack_loads(file.read_bytes())
    file.write_bytes(srsly.msgpack_dumps({**data, "form": keeping.FORM - 1}))
    again, (said,) = used(learning)
    assert (again, said.endswith("its file is of another version of mailbot, or damaged")) == (model, True)


def test_other_examples_make_another_model(learning: Learning) -> None:
    """The old file stays where it is and is not used."""
    used(learning)
    own = learning.rules / "corpus" / "own.jsonl"
    own.write_text("\n".join(own.read_text(encoding="utf-8").splitlines()[1:]), encoding="utf-8")
    _, said = used(learning)
    assert len(said) == 1
    assert len(list(learning.models.iterdir())) == 2


def test_where_it_cannot_be_kept_it_works_all_the_same(learning: Learning) -> None:
    """A file stands where the folder should be: the model is used, and what is wrong is said with the file."""
    learning.models.write_text("", encoding="utf-8")
    model, said = used(learning)
    assert model.figures.texts > 0
    assert "is trained at each start" in said[-1]


# While it is made ------------------------------------------------------------------------------------------------------


def reading(learning: Learning) -> ReadingRules:
    """The rules of these classes, with a classifier."""
    return ReadingRules(classes=CLASSES, subjects=SubjectRules(), quoting=QuoteRules(), learning=learning)


def opinions(reader: PlainReader) -> Iterator[bool]:
    """Whether the classifier has an opinion, asked until it has one or patience ends. The rules always speak."""
    begun = monotonic()
    while monotonic() - begun < PATIENCE:
        ((hits, opinion),) = reader.judge(["\n\nHow rude"])
        assert {hit.class_ for hit in hits} >= set(SAID)
        yield opinion is not None
        if opinion is not None:
            return
        sleep(0.05)


def test_the_rules_judge_while_it_is_made(learning: Learning, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail does not wait for it: it joins in when it is there."""
    is_asked_for = Event()

    def slowly(*given: object) -> Model:
        is_asked_for.wait(PATIENCE)
        return model_in_use(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(mailbot.reading, "model_in_use", slowly)
    asked = opinions(spacy_reader(reading(learning)))
    assert next(asked) is False
    is_asked_for.set()
    assert list(asked)[-1] is True


def test_the_rules_judge_alone_where_it_cannot_be_made(learning: Learning, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong example is told in the log with its line, and nothing stops."""
    told = Event()

    def refused(*_: object) -> Model:
        try:
            raise PolicyError("own.jsonl:3: not a JSON object; write one to a line")
        finally:
            told.set()

    monkeypatch.setattr(mailbot.reading, "model_in_use", refused)
    with capture_logs() as logs:
        reader = spacy_reader(reading(learning))
        assert told.wait(PATIENCE)
        begun = monotonic()
        while not logs and monotonic() - begun < PATIENCE:
            sleep(0.01)
    assert [(line["error"], line["then"]) for line in logs] == [
        ("own.jsonl:3: not a JSON object; write one to a line", "the rules judge alone")
    ]
    assert reader.judge(["\n\nHow rude"])[0][1] is None
