"""A letter on paper and in pictures: what is posted has the organisation's name, and nothing is fetched for it."""

import re
import struct
import sys
import time
import zlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.adapters import letter_pdf, page_picture
from mailbot.cli.commands import letter_commands
from mailbot.cli.main import app
from mailbot.core.draft import Draft, DraftState
from mailbot.core.letter import PLAIN_FONT, Rendered, Written
from mailbot.core.letter_html import html_of
from mailbot.core.letterhead import Letterhead
from mailbot.errors import PermanentError
from tests.integration.test_letter_command import folder, refusal, run

__all__ = ["folder"]
HEAD = Letterhead(
    organisation="Council of the Northern Quays",
    sender="enquiries@harbour.example",
    date="Sunday 29 November 2026",
    reference="HC-2611-0042-7",
    signatory="Bo Sample",
    address=("Ada Finch", "1 Quay Road"),
)
SIGNED = html_of(f"Hello,\n\nWe have it.\n\nFrom Bo Sample\n{HEAD.organisation}\n{HEAD.sender}\n\nSent automatically.")
LETTER = Rendered(subject="We have your claim [HC-2611-0042-7]", body="", html=SIGNED)
CASES = """old_reference;class;channel;received;stage;owner;customer;customer_name;subject
CRM/1;enquiry;email;27/11/2026;1;cy@harbour.example;ada.finch@example.org;Ada Finch;The bridge
"""


def unpacked(found: bytes) -> bytes:
    """A PDF with its packed objects as plain words behind it."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", found, re.DOTALL)
    return found + b"".join(zlib.decompress(stream) for stream in streams if stream.startswith(b"x"))


@pytest.fixture
def with_pango() -> None:
    try:
        letter_pdf.pdf_of("<title>x</title>")
    except PermanentError as error:
        pytest.skip(str(error))


def test_paper_has_name_address_date_reference_and_signature() -> None:
    """J8: the organisation in full, and who signs for and on its behalf."""
    page = HEAD.page(LETTER, PLAIN_FONT)
    for words in (
        *('<html lang="en">', "Council of the Northern Quays", "Ada Finch<br>1 Quay Road", "Sunday 29 November 2026"),
        *("Reference: HC-2611-0042-7", "<h1>We have your claim</h1>", "<p>Bo Sample</p>"),
        "for and on behalf of Council of the Northern Quays",
    ):
        assert words in page


def test_paper_may_be_signed_on_behalf_of_somebody_with_the_full_name_below() -> None:
    """J8: for and on behalf of the commissioner, and then the office's full name."""
    page = replace(HEAD, on_behalf_of="the Commissioner").page(LETTER, PLAIN_FONT)
    assert "<p>Bo Sample</p><p>for and on behalf of the Commissioner</p><p>Council of the Northern Quays</p>" in page


def test_paper_is_signed_once_and_says_nothing_about_its_mail() -> None:
    """The mail's own signature, and that it was sent automatically, stay with the mail; a letter without them stays whole."""
    page = HEAD.page(LETTER, PLAIN_FONT)
    assert "We have it." in page
    assert page.count("Bo Sample") == 1
    assert "automatically" not in page
    assert "Write to us" in HEAD.page(replace(LETTER, html=html_of(f"Write to us: {HEAD.sender}")), PLAIN_FONT)


def test_words_in_an_address_stay_words() -> None:
    """Whatever somebody typed or a customer wrote: no markup, no lines without end."""
    page = replace(HEAD, address=("<img src=x>", *["a\r\nb" * 99] * 99)).page(LETTER, PLAIN_FONT)
    assert "&lt;img src=x&gt;" in page
    assert len(page) < 5000


def test_the_same_page_is_the_same_pdf_and_can_be_read_aloud(with_pango: None) -> None:
    """With its title and its language, and tagged; a second print is the same file."""
    page = HEAD.page(LETTER, PLAIN_FONT)
    found = letter_pdf.pdf_of(page)
    assert found == letter_pdf.pdf_of(page)
    for mark in (b"/Lang", b"/MarkInfo", b"/StructTreeRoot", b"/Title"):
        assert mark in unpacked(found)


def test_nothing_is_fetched_for_a_page(with_pango: None, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither from the net nor from this machine's own files: the page is made without it."""
    style = tmp_path / "style.css"
    style.write_text("body { display: none }", encoding="utf-8")
    page = '<html lang="en"><title>x</title>{}<p>Hello'
    for address in ("http://127.0.0.1:9/x.css", style.as_uri()):
        link = f'<link rel="stylesheet" href="{address}">'
        caplog.clear()
        assert len(letter_pdf.pdf_of(page.format(link))) > 1000
        assert "which is not fetched" in caplog.text


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDF is an extra; without it everything else works."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PermanentError, match=r"pip install 'mailbot\[pdf\]'"):
        letter_pdf.pdf_of("<title>x</title>")


def import_case(folder: Path) -> tuple[str, str]:
    """There is the case CRM/1; how the next command names the configuration."""
    file = folder / "cases.csv"
    file.write_text(CASES, encoding="utf-8")
    config = ("--config", str(folder / "mailbot.toml"))
    assert CliRunner().invoke(app, ["case", "import", str(file), *config]).exit_code == 0
    return config


def test_paper_of_a_case_is_in_its_language(with_pango: None, folder: Path) -> None:
    """For nobody but who made it."""
    config = import_case(folder)
    for language in ("en", "cy"):
        assert CliRunner().invoke(app, ["case", "language", "CRM/1", language, *config]).exit_code == 0
        out = folder / f"{language}.pdf"
        assert run(folder, "pdf", "CRM/1", "receipt-enquiry", "--out", str(out)).exit_code == 0
        assert f"/Lang({language})".encode() in unpacked(out.read_bytes()).replace(b" ", b"")
        assert out.stat().st_mode & 0o077 == 0


def test_what_staff_write_is_put_on_paper_as_it_was_issued(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while it waits to be checked; then with their words, each as they wrote it."""
    import_case(folder)
    pages = list[str]()
    monkeypatch.setattr(letter_pdf, "pdf_of", lambda page: pages.append(page) or b"paper")
    commands = letter_commands(folder / "mailbot.toml")
    text = Written(subject="What we found [CRM/1]", body="Hello,\n\n# What we do\n\nRock & Sons mend it.")
    for state in (DraftState.SUBMITTED, DraftState.ISSUED):
        assert "is for a person to write" in refusal(folder, "pdf", "CRM/1", "conclusion")
        with commands.store.transaction() as transaction:
            case_id = transaction.cases.find("CRM/1") or 0
            at = commands.clock.now()
            transaction.drafts.add(Draft(case_id=case_id, letter="conclusion", state=state, author="bo", at=at, text=text))
    assert run(folder, "pdf", "CRM/1", "conclusion", "--out", str(folder / "x.pdf")).exit_code == 0
    (page,) = pages
    assert "<h1>What we found" in page
    assert ">What we do</h2>" in page
    assert "Rock &amp; Sons mend it." in page


def test_paper_of_a_case_that_is_not_there_is_refused(folder: Path) -> None:
    """Nothing is written."""
    assert refusal(folder, "pdf", "HC-1", "receipt") == "there is no case HC-1"


@pytest.mark.skipif(page_picture.browser() is None, reason="needs Chromium (Debian: chromium)")
def test_a_preview_has_pictures_for_desk_and_phone(folder: Path) -> None:
    """As PNG, of the width of the screen, for nobody but who made them."""
    said = run(folder, "preview", "receipt", "--folder", str(folder))
    assert "Pictures: receipt.desk.png, receipt.phone.png" in said.output
    for screen, width in (("desk", 1200), ("phone", 390)):
        file = folder / f"receipt.{screen}.png"
        content = file.read_bytes()
        assert content.startswith(b"\x89PNG")
        assert int.from_bytes(content[16:20], "big") == width
        assert file.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(page_picture.browser() is None, reason="needs Chromium (Debian: chromium)")
def test_no_script_of_a_page_runs_for_its_picture() -> None:
    """Whatever got into a page: the picture is the one without it."""
    page, command = "<html><head></head><body>Hello{}</body></html>", page_picture.browser() or ""
    script = "<script>document.body.textContent = 'Changed'</script>"
    assert page_picture.picture(command, page.format(script), 500) == page_picture.picture(command, page.format(""), 500)


def grey(of_rows: list[list[int]]) -> bytes:
    """A picture of these rows of grey pixels; each row says only what it adds to the pixel on the left (PNG's filter 1)."""
    flat = b"".join(
        b"\1" + b"".join(bytes([(now - before) % 256] * 3) for before, now in pairwise([0, *row])) for row in of_rows
    )
    header = struct.pack(">IIBBBBB", len(of_rows[0]), len(of_rows), 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(flat)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def test_a_picture_is_cut_to_a_telephone_s_width_pixel_by_pixel() -> None:
    """Its left part is the picture that the same pixels alone would make, and a narrower one stays."""
    rows = [[9, 200, 30, 4], [77, 1, 250, 8]]
    assert page_picture.cut(grey(rows), 2) == grey([row[:2] for row in rows])
    assert page_picture.cut(grey(rows), 4) == grey(rows)


def test_without_a_browser_text_and_page_are_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it says how to get pictures."""
    monkeypatch.setattr(page_picture, "BROWSERS", ())
    said = run(folder, "preview", "receipt", "--folder", str(folder))
    assert "apt-get install chromium" in said.output
    assert (folder / "receipt.html").is_file()


def browser_of(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """This script is the browser."""
    file = folder / "browser"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    file.chmod(0o700)
    monkeypatch.setattr(page_picture, "BROWSERS", (str(file),))
    monkeypatch.setattr(page_picture, "SECONDS", 0.5)


@pytest.mark.parametrize("script", ["exit 1", "exit 0", "sleep 600"])
def test_a_browser_that_fails_or_hangs_costs_only_the_pictures(
    folder: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """Text and page are written, and it says why there is no picture."""
    browser_of(folder, monkeypatch, script)
    said = run(folder, "preview", "receipt", "--folder", str(folder))
    assert said.exit_code == 0
    assert "took no picture" in said.output
    assert (folder / "receipt.html").is_file()


def test_what_a_browser_started_ends_with_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own children do not stay behind when its time is over."""
    browser_of(folder, monkeypatch, f"sleep 600 & echo $! > {folder}/child; wait")
    run(folder, "preview", "receipt", "--folder", str(folder))
    status = Path("/proc", (folder / "child").read_text(encoding="ascii").strip(), "stat")
    gone = time.monotonic() + 5
    while status.exists() and status.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < gone, "it still runs"
        time.sleep(0.01)
