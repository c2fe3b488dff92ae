"""Subjects without what mail programs put before them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.rule_files import load_subjects
from mailbot.core.subject import MOST, BaseSubject, SubjectRules, base_subject
from tests.invented import RULES

SHIPPED = load_subjects(RULES)


@pytest.mark.parametrize(
    "written",
    [
        "Re: Bins",
        "RE[2]: Re: Bins",
        "re : [enquiries] Bins",
        "[EXTERNAL] Re: Bins",
        "AW: WG: Bins",
        "SV: Bins",
        "Antw: Bins",
        "RÉP: Bins",
        "Odp: Bins",
        "Vá: Bins",
        "R: I: Bins",
        "RV: RES: Bins",
        "ATB: Bins",
        "Отв: Bins",
        "ΑΠ: Bins",
        "答复: Bins",
        "回复：Bins",
        "返信: 転送: Bins",
        "회신: Bins",
        "Re: Bins (fwd)",
    ],
)
def test_a_reply_in_any_language_is_about_the_same(written: str) -> None:
    """The mark before the colon says that it is a reply; what comes after says what about."""
    found = base_subject(written, SHIPPED)
    assert (found.text, found.is_reply) == ("bins", True)


@pytest.mark.parametrize("written", ["Fwd: Bins", "FW: Bins", "WG: Bins", "TR: Bins", "VB: Bins", "转发: Bins", "Bins (fwd)"])
def test_a_forward_is_no_reply(written: str) -> None:
    """It may be about anything to whoever gets it."""
    assert base_subject(written, SHIPPED) == BaseSubject("bins", is_forward=True, begins_as_forward=True)


@pytest.mark.parametrize("written", ["Re: Fwd: Bins", "AW: WG: Bins", "Re: Bins (fwd)"])
def test_a_reply_to_what_was_passed_on_passes_nothing_on(written: str) -> None:
    """The outermost mark counts."""
    assert base_subject(written, SHIPPED) == BaseSubject("bins", is_reply=True, is_forward=True)


@pytest.mark.parametrize(
    "written", ["Regarding: bins", "Ref: FOI/2026/1", "Rent: increase", "Area: bins", "Notice: bins", "Bins"]
)
def test_words_of_people_are_no_marks(written: str) -> None:
    """Only whole words that mail programs write count."""
    assert base_subject(written, SHIPPED) == BaseSubject(written.lower())


def test_a_subject_of_marks_alone_is_about_nothing() -> None:
    """Replies without a subject never meet by it."""
    assert base_subject("Re: AW: Re:", SHIPPED).text == ""


@given(st.lists(st.sampled_from([*SHIPPED.replies, *SHIPPED.forwards]), max_size=8), st.text(alphabet="abc xyz", min_size=1))
def test_marks_never_change_what_it_is_about(marks: list[str], about: str) -> None:
    """However often it went to and fro."""
    marked = "".join(f"{mark.upper()}: " for mark in marks) + about
    assert base_subject(marked, SHIPPED).text == base_subject(about, SHIPPED).text


@given(st.text(max_size=400))
def test_any_subject_is_read(written: str) -> None:
    """Quickly, and never longer than what is compared; a second reading changes nothing."""
    found = base_subject(written, SHIPPED)
    assert len(found.text) <= MOST


def test_no_rules_mark_nothing() -> None:
    """Without words nothing is a mark."""
    assert base_subject("Re: Bins", SubjectRules(replies=(), forwards=())) == BaseSubject("re: bins")
