"""The directory's file is replaced at once and whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from mailbot.errors import PermanentError


@contextmanager
def written_beside(file: Path, text: str) -> Iterator[Path]:
    """A new file with this text in the folder of ``file``, with its rights; it is gone afterwards unless it was renamed."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).chmod(file.stat().st_mode)
    except OSError as error:
        raise PermanentError(f"{file} cannot be written: {error.strerror}") from None
    try:
        yield Path(new.name)
    finally:
        Path(new.name).unlink(missing_ok=True)


def replace_file(file: Path, new: Path) -> None:
    """``new`` takes the place of ``file``. Raises PermanentError."""
    try:
        new.replace(file)
    except OSError as error:
        raise PermanentError(f"{file} cannot be written: {error.strerror}") from None
