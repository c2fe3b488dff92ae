"""A page as people see it on a screen, taken by Chromium where it is installed: no script runs and nothing is fetched."""

import os
import shutil
import signal
import struct
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from mailbot.errors import PermanentError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HEIGHT = 2400
"""In pixels: the longest letter fits on a telephone."""
NARROWEST = 500
"""Chromium opens no window narrower than this; a narrower page is laid out within it, and the rest is cut off."""
SECONDS = 30
_NOTHING_BUT_STYLE = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
"""Chromium takes no picture where its setting turns scripts off, so the page itself forbids them (CSP 3, section 3.3)."""
_FLAGS = (
    *("--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9", "--renderer-process-limit=1"),
)
_SIGNATURE, _BYTES_OF_COLOUR = b"\x89PNG\r\n\x1a\n", {2: 3, 6: 4}
"""PNG (ISO 15948): its first bytes; how many bytes a pixel has in the colour types that browsers write."""


def browser() -> str | None:
    """The browser that takes pictures, or None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def picture(command: str, page: str, width: int) -> bytes:
    """A whole HTML page at this width in pixels as PNG. Raises PermanentError where none is taken within half a minute."""
    head = f"<head>{_NOTHING_BUT_STYLE}<style>html {{ width: {width}px }}</style>"
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out, file = Path(folder) / "page.png", Path(folder) / "page.html"
        file.write_text(page.replace("<head>", head, 1), encoding="utf-8")
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium refuses to be root with one
        size, own = f"--window-size={max(width, NARROWEST)},{HEIGHT}", f"--user-data-dir={folder}/own"
        try:
            _run([command, *_FLAGS, *sandbox, size, own, f"--screenshot={out}", file.as_uri()])
            return cut(out.read_bytes(), width)
        except (subprocess.SubprocessError, OSError) as error:
            raise PermanentError(f"{command} took no picture ({type(error).__name__}); open the page in a browser") from None


def cut(png: bytes, width: int) -> bytes:
    """The left part of a picture; one that is no wider stays.

    Every filter of PNG looks only to the left and up, so that a row's beginning stands for itself.
    """
    chunks = list(_chunks(png))
    whole, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    if whole <= width:
        return png
    of_pixel = _BYTES_OF_COLOUR[colour]
    rows = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    full = 1 + whole * of_pixel
    kept = b"".join(rows[at : at + 1 + width * of_pixel] for at in range(0, height * full, full))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, *rest)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(kept)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + size]
        at += size + 12


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def _run(words: list[str]) -> None:
    """Run a browser to its end. Whatever it started ends with it, at the latest when its time is over."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True) as process:  # noqa: S603
        try:
            code = process.wait(SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if code:
        raise subprocess.CalledProcessError(code, words[0])
