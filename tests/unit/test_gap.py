"""What a reply says of information that was missing: only plain words and an address of the web close a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.gap import GapState, answer_in, is_web_address

PAGE = "https://pier.example/lamps"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"located: {PAGE}", (GapState.LOCATED, PAGE)),
        (f"Added at {PAGE}.", (GapState.ADDED, PAGE)),
        (f"Hello,\n\n- ADDED here: <{PAGE}>\nGil", (GapState.ADDED, PAGE)),
        (f"I added nothing yet, see {PAGE}", None),
        (f"We located the pipe.\n{PAGE}", None),
        ("located: somewhere on our pages", None),
        ("located: javascript:alert(1)", None),
        (PAGE, None),
    ],
)
def test_only_a_line_that_says_so_is_an_answer(text: str, found: tuple[GapState, str] | None) -> None:
    """Words that merely come near leave the gap open."""
    assert answer_in(text) == found


@given(st.text(max_size=300))
def test_whatever_is_found_is_an_address(text: str) -> None:
    """No reply, however strange, makes anything but an address of the web an answer."""
    found = answer_in(text)
    assert found is None or is_web_address(found[1])


@given(st.sampled_from(["located", "added"]), st.from_regex(r"[a-z0-9/-]{1,30}", fullmatch=True))
def test_every_answer_in_the_form_that_we_ask_for_is_read(word: str, path: str) -> None:
    """The line that the mail shows, with any page."""
    assert answer_in(f"{word}: https://pier.example/{path}") == (GapState(word), f"https://pier.example/{path}")
