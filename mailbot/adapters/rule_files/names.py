"""``rules/phrases/names.toml``: by what names of people are known in messages about personnel."""

from pathlib import Path

from mailbot.core.redaction import NameRules
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml


def load_names(rules: Path) -> NameRules:
    """Raises PolicyError."""
    file = rules / "phrases" / "names.toml"
    found = convert(NameRules, read_toml(file, PolicyError), file, PolicyError)
    for name in ("titles", "posts", "introduces", "places", "others"):
        for word in getattr(found, name):
            if word != word.lower().strip() or not word:
                raise PolicyError(f"{file}: {name}: '{word}': write words in lower case, none of them empty")
    return found
