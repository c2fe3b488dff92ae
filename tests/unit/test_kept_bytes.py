"""How the bytes of a message are kept: whatever they are, the same come back, and they take less room."""

import base64
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.store.messages import compressed, decompressed

WORDS = b"The lamp at the corner of Harbour Lane is out again, and nobody has come to see to it. "
PACKED = base64.encodebytes(Random(1).randbytes(100_000))
TEXT = base64.encodebytes(b"%a\n" % list(range(20_000)))


@given(st.binary(max_size=400), st.integers(0, 200))
def test_the_same_bytes_come_back(content: bytes, times: int) -> None:
    """Short or long, text or not."""
    assert decompressed(compressed(content * times)) == (content * times, "")


@pytest.mark.parametrize(
    ("content", "share"),
    [(WORDS * 1000, 0.05), (PACKED, 0.77), (TEXT, 0.55), (WORDS * 300 + PACKED, 0.8), (PACKED + TEXT, 0.77)],
    ids=["a long text", "a packed attachment", "an attached table", "a text with a packed attachment", "two attachments"],
)
def test_what_is_kept_takes_less_room(content: bytes, share: float) -> None:
    """A packed attachment shrinks to three quarters, what has words in it to less."""
    kept = compressed(content)
    assert decompressed(kept) == (content, "")
    assert len(kept) < share * len(content)
