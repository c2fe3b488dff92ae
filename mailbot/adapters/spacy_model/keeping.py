"""Where trained models are kept: a file each, named by its version, made anew where it is missing, old or damaged."""

import os
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import TypeAdapter

from mailbot.adapters.spacy_model.classifier import Classifier, Model

FORM = 3
"""The form of the file: it goes up when its fields change."""


def default_folder() -> Path:
    """The user's folder for what can be made anew (XDG Base Directory: ``$XDG_CACHE_HOME``, else ``~/.cache``)."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111  # without a home: stays a name
    return Path(home) / "mailbot"


def digest(text: str) -> str:
    """Twelve digits that stand for a text."""
    return sha256(text.encode()).hexdigest()[:12]


def file_of(folder: Path, version: str) -> Path:
    """Where the model of a version is kept."""
    return folder / f"classifier-{version}.bin"


def save(model: Model, file: Path) -> None:
    """Keep a model for its owner only: its words may be customers'. Readers see the old file or the new one, never a part."""
    import srsly

    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as written:
        written.write(srsly.msgpack_dumps({"form": FORM, **asdict(model)}))
    Path(written.name).replace(file)


def load(file: Path) -> Model | str:
    """The model that is kept there, or why it cannot be used."""
    import srsly

    try:
        data = srsly.msgpack_loads(file.read_bytes())
    except FileNotFoundError:
        return "there is none yet"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except (ValueError, TypeError):  # msgpack's own errors are ValueErrors
        return "its file is damaged"
    return _model(data)


def _model(data: Any) -> Model | str:
    """Strictly as it was saved, and such that it can be asked."""
    if not isinstance(data, dict) or data.pop("form", None) != FORM:
        return "its file is of another version of mailbot, or damaged"
    try:
        model: Model = TypeAdapter(Model).validate_python(data)
        Classifier(model)
    except (KeyError, TypeError, ValueError):  # pydantic's errors are ValueErrors
        return "its file is damaged"
    return model
