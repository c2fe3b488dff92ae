"""``rules/phrases/contact.toml``: how customers say who they are and how they can be reached."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from mailbot.core.contact_note import ContactRules
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


def load_contact(rules: Path) -> ContactRules:
    """The words by which a contact note is read. Raises PolicyError for an empty word or one that could never be found."""
    file = rules / "phrases" / "contact.toml"
    found = convert(ContactRules, read_toml(file, PolicyError), file, PolicyError)
    for key, words in _lists(found):
        for word in words:
            if not word or word != " ".join(word.lower().split()):
                raise PolicyError(f"{file}: {key}: '{word}': write it in lower case, with single spaces, and not empty")
    return found


def _lists(found: ContactRules) -> Iterator[tuple[str, tuple[str, ...]]]:
    for each in fields(found):
        value = getattr(found, each.name)
        if isinstance(value, tuple):
            yield each.name, value
        else:
            yield from ((f"{each.name}.{kind}", words) for kind, words in value.items())
