"""``rules/phrases/names.toml``: by what names of people are known in messages about personnel."""

import re
from dataclasses import replace
from pathlib import Path

from mailbot.adapters.rule_files.corpus import corpus_files
from mailbot.core.person_name import NameRules
from mailbot.errors import PolicyError
from mailbot.toml_values import convert, read_toml

_LISTS = ("titles", "posts", "introduces", "places", "others", "abbreviations", "no_name_endings")
_ORDINARY = re.compile(r"\b[a-z]{2,}(?:'[a-z]+)?\b")


def load_names(rules: Path) -> NameRules:
    """With the words that the corpus writes in small letters. Raises PolicyError."""
    file = rules / "phrases" / "names.toml"
    found = convert(NameRules, read_toml(file, PolicyError), file, PolicyError)
    if found.ordinary:
        raise PolicyError(f"{file}: ordinary: leave it out; these words are taken from the corpus")
    for name in _LISTS:
        for word in getattr(found, name):
            if word != word.lower().strip() or not word:
                raise PolicyError(f"{file}: {name}: '{word}': write words in lower case, none of them empty")
    texts = (each.read_text(encoding="utf-8") for each in corpus_files(rules))
    return replace(found, ordinary=frozenset(word for text in texts for word in _ORDINARY.findall(text)))
