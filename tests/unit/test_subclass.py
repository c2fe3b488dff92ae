"""Sub-classes: told by flags, never looked for, and taught to nobody."""

from dataclasses import replace

from mailbot.core.classify import Classification
from mailbot.core.decide.wanted import wanted
from mailbot.core.subclass import Subclass, parent_of, refined
from tests.invented import shipped_pack

CARE = Subclass(name="care", of="complaint", flags=("social_care",), unless=("press",))


def said(class_: str, *flags: str, also: tuple[str, ...] = ()) -> Classification:
    return Classification(class_=class_, best=class_, confidence=0.99, flags=flags, also=also)


def test_a_flag_tells_a_sub_class_of_its_class_only() -> None:
    """One flag is enough, one that speaks against it too many, and an enquiry with the flag stays an enquiry."""
    assert refined("complaint", ("social_care", "abuse"), [CARE]) == "care"
    assert refined("complaint", ("social_care", "press"), [CARE]) == "complaint"
    assert refined("complaint", (), [CARE]) == "complaint"
    assert refined("enquiry", ("social_care",), [CARE]) == "enquiry"
    assert parent_of("care", [CARE]) == "complaint"
    assert parent_of("enquiry", [CARE]) == "enquiry"


def test_what_stands_beside_another_class_is_told_too() -> None:
    """A request for information with a complaint about care has the dates of both, and the history says why."""
    pack = shipped_pack("oxfordshire")
    wants = wanted(said("foi_request", "social_care", also=("complaint",)), None, pack)
    assert (wants.class_, wants.also) == ("foi_request", ("social_care_complaint",))
    assert "complaint -> social_care_complaint" in [note.reason.detail for note in wants.notes]


def test_a_class_that_is_not_sure_has_no_sub_class() -> None:
    """The flag alone makes no complaint."""
    assert wanted(said("unsure", "social_care"), None, shipped_pack("oxfordshire")).class_ == "unsure"


def test_no_text_is_looked_at_for_a_sub_class() -> None:
    """The classes that are looked for are the same in every pack."""
    plain, apart = shipped_pack("generic"), shipped_pack("oxfordshire")
    assert set(plain.looked_for) == set(apart.looked_for)
    assert "social_care_complaint" in apart.classes
    assert set(replace(apart, subclasses=()).looked_for) == set(apart.classes)
