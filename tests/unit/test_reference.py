"""Case references: found again however they are retyped, and never mistaken for another."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailbot.core.reference import find_references, make_reference, period_of

periods = st.dates(date(2020, 1, 1), date(2099, 12, 31)).map(period_of)
numbers = st.integers(1, 999_999)
prefixes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=6)

RIGHT = make_reference("HC", "2611", 42)


def digit_places(reference: str) -> list[int]:
    """Where the digits stand."""
    return [place for place, character in enumerate(reference) if character.isdigit()]


def test_a_reference_has_prefix_month_number_and_check_digit() -> None:
    """The forty-second case of November 2026 is HC-2611-0042 with one digit more."""
    assert RIGHT[:-1] == "HC-2611-0042-"
    assert len(RIGHT) == 14
    assert RIGHT[-1].isdigit()


def test_the_check_digit_is_the_one_of_the_published_example() -> None:
    """Damm's own example: the check digit of 572 is 4, so the digits of 0000 0572 end in 4 as well."""
    assert make_reference("HC", "0000", 572) == "HC-0000-0572-4"


@pytest.mark.parametrize(("day", "period"), [(date(2026, 11, 30), "2611"), (date(2030, 1, 1), "3001")])
def test_numbers_run_within_a_month(day: date, period: str) -> None:
    """November 2026 is 2611."""
    assert period_of(day) == period


def test_a_month_may_have_more_than_9999_cases() -> None:
    """The ten-thousandth case of a month has a number of five digits and is found again."""
    reference = make_reference("HC", "2611", 10_000)
    assert reference.startswith("HC-2611-10000-")
    assert find_references("HC", f"Re: {reference}") == (reference,)


@pytest.mark.parametrize(
    "retype",
    [
        str,
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " "),
        lambda text: text.replace("-", "\u2013"),
        lambda text: text.replace("-", "\u2011"),
        lambda text: text.replace("HC-", "Hc"),
        lambda text: f"[{text}]",
        lambda text: f"ref:{text}.",
        lambda text: f"Re: Re: We have your message [{text}], thank you",
    ],
)
def test_a_retyped_reference_is_found(retype: type[str]) -> None:
    """Lower case, without hyphens, with spaces or with long dashes: people retype, and it is the same case."""
    assert find_references("HC", retype(RIGHT)) == (RIGHT,)


@pytest.mark.parametrize(
    "text",
    ["", "HC-2611-0042", f"X{RIGHT}", f"{RIGHT}0", RIGHT.replace("HC", "HD"), RIGHT.replace("-0042-", "-042-"), "HC-2611"],
)
def test_what_only_resembles_a_reference_is_none(text: str) -> None:
    """A part of one, one within a longer word or number, and another organisation's are not ours."""
    assert find_references("HC", text) == ()


def test_several_references_are_found_in_order_and_once() -> None:
    """Two cases named in one subject, one of them twice, are two cases."""
    other = make_reference("HC", "2612", 7)
    assert find_references("HC", f"{other} and {RIGHT} and {other.lower()}") == (other, RIGHT)


def test_a_prefix_is_taken_literally() -> None:
    """A prefix that means something to a search pattern finds nothing but itself."""
    assert find_references("H.", RIGHT) == ()


@given(prefixes, periods, numbers)
def test_a_reference_is_found_again(prefix: str, period: str, number: int) -> None:
    """Whatever case a letter names, its reply is filed under that case."""
    reference = make_reference(prefix, period, number)
    assert find_references(prefix, f"Re: [{reference}] thank you") == (reference,)


@given(periods, numbers, st.data())
def test_one_wrong_digit_is_always_noticed(period: str, number: int, data: st.DataObject) -> None:
    """A slip of one digit never leads to somebody else's case."""
    reference = make_reference("HC", period, number)
    place = data.draw(st.sampled_from(digit_places(reference)))
    wrong = data.draw(st.sampled_from("0123456789"))
    assume(wrong != reference[place])
    assert find_references("HC", f"{reference[:place]}{wrong}{reference[place + 1 :]}") == ()


@given(periods, numbers, st.data())
def test_two_swapped_neighbours_are_always_noticed(period: str, number: int, data: st.DataObject) -> None:
    """Two digits typed in the wrong order never lead to somebody else's case."""
    reference = make_reference("HC", period, number)
    places = digit_places(reference)
    first = data.draw(st.integers(0, len(places) - 2))
    here, there = places[first], places[first + 1]
    assume(reference[here] != reference[there])
    swapped = list(reference)
    swapped[here], swapped[there] = swapped[there], swapped[here]
    assert find_references("HC", "".join(swapped)) == ()


@given(st.text("HC-0123456789 \u2013", max_size=60))
def test_nothing_but_right_references_is_found(text: str) -> None:
    """Whatever stands in a subject, what is found bears the check digit of its own number."""
    for found in find_references("HC", text):
        _, period, number, check = found.split("-")
        assert make_reference("HC", period, int(number)).endswith(f"-{check}") or number != f"{int(number):04}"
