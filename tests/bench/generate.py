"""Messages as the public writes them to a council, the same ones for the same seed: RFC 5322 bytes with CRLF.

Median 6 kB and about 540 words, header as long as hosted mail's; a quarter are multipart/alternative, every tenth has a
100 kB attachment; every sender is another one. Nothing here was taken from anybody's mail.
"""

import base64
import html
import quopri
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random

from tests.bench.words import ANYWHERE, CLOSINGS, GREETINGS, SENTENCES, SUBJECTS, WORDS

ATTACHMENT_BYTES = 100_000
WORDS_MEDIAN, WORDS_SPREAD, WORDS_LEAST, WORDS_MOST = 540, 170, 60, 1_500
PERIOD = timedelta(minutes=45)  # over which the messages arrived
CLASSES = tuple(SENTENCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A message and when the server got it."""

    content: bytes
    received_at: datetime


def generate(count: int, recipient: str, since: datetime, seed: int = 1) -> Iterator[Generated]:
    """``count`` messages to ``recipient``, which arrived within ``PERIOD`` from ``since`` (aware) on, the oldest first."""
    random = Random(seed)
    for number in range(count):
        received_at = since + PERIOD * number / count
        yield Generated(content=_message(random, number, recipient, received_at), received_at=received_at)


class _Drawn(dict[str, str]):
    """Draws another word for each place in a sentence."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def __missing__(self, key: str) -> str:
        return self._random.choice(WORDS[key])


def _message(random: Random, number: int, recipient: str, received_at: datetime) -> bytes:
    drawn, class_ = _Drawn(random), random.choice(CLASSES)
    first, last = drawn["first"], drawn["last"]
    sender = f"{first}.{last}.{number}@example.org".lower()
    paragraphs = _paragraphs(random, drawn, class_)
    paragraphs = [random.choice(GREETINGS), *paragraphs, f"{random.choice(CLOSINGS)}\n{first} {last}"]
    subject = random.choice(SUBJECTS[class_]).format_map(drawn)
    header = [
        *_trace(random, sender, recipient, received_at),
        f"From: {first} {last} <{sender}>",
        f"To: {recipient}",
        f"Subject: {subject[:1].upper()}{subject[1:]}",
        f"Date: {format_datetime(received_at - timedelta(seconds=random.randint(2, 90)))}",
        f"Message-ID: <{random.randbytes(12).hex()}.{number}@mail.example.org>",
        "MIME-Version: 1.0",
    ]
    body = _body(random, paragraphs, alternative=number % 4 == 3)
    if number % 10 == 9:
        body = _multipart(random, "mixed", [body, _attachment(random)])
    return "\r\n".join([*header, body]).encode()


def _paragraphs(random: Random, drawn: _Drawn, class_: str) -> list[str]:
    """Prose of about the wanted number of words: the class speaks first, then now and again."""
    wanted = min(max(random.gauss(WORDS_MEDIAN, WORDS_SPREAD), WORDS_LEAST), WORDS_MOST)
    sentences, words = [*random.sample(SENTENCES[class_], 3)], 0
    paragraphs, current = list[str](), list[str]()
    while words < wanted:
        pattern = sentences.pop(0) if sentences else random.choice(ANYWHERE if random.random() < 0.9 else SENTENCES[class_])
        sentence = pattern.format_map(drawn)
        current.append(sentence[:1].upper() + sentence[1:])
        words += sentence.count(" ") + 1
        if random.random() < 0.25:
            paragraphs.append(" ".join(current))
            current = []
    return [*paragraphs, " ".join(current)] if current else paragraphs


def _body(random: Random, paragraphs: list[str], *, alternative: bool) -> str:
    plain = "\n\n".join(textwrap.fill(paragraph, 76, replace_whitespace=False) for paragraph in paragraphs)
    if not alternative:
        return _text(random, plain, "plain")
    marked = "\n".join(f'<p class="MsoNormal">{html.escape(paragraph)}<o:p></o:p></p>' for paragraph in paragraphs)
    page = f'<html><head><style>p.MsoNormal {{margin:0cm}}</style></head><body lang="EN-GB">\n{marked}\n</body></html>'
    return _multipart(random, "alternative", [_text(random, plain, "plain"), _text(random, page, "html")])


def _text(random: Random, text: str, subtype: str) -> str:
    """A text part: half of them quoted-printable, the others as they are."""
    encoding = "8bit"
    if subtype == "html" or random.random() < 0.5:
        encoding, text = "quoted-printable", quopri.encodestring(text.encode()).decode("ascii")
    kind = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"
    return f"{kind}\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n"


def _attachment(random: Random) -> str:
    encoded = base64.encodebytes(random.randbytes(ATTACHMENT_BYTES)).decode("ascii").replace("\n", "\r\n")
    name = f"IMG_{random.randint(1000, 9999)}.jpg"
    kind = f'Content-Type: image/jpeg; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"'
    return f"{kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}"


def _multipart(random: Random, subtype: str, parts: list[str]) -> str:
    boundary = f"----=_Part_{random.randbytes(10).hex()}"
    pieces = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n{pieces}--{boundary}--\r\n'


def _trace(random: Random, sender: str, recipient: str, received_at: datetime) -> Iterator[str]:
    """What the servers on the way write on top."""
    yield f"Return-Path: <{sender}>"
    yield f"Delivered-To: {recipient}"
    for hop in range(3):
        at = format_datetime(received_at - timedelta(seconds=hop))
        name = random.randbytes(4).hex()
        yield (
            f"Received: from {name}.mx.example.org ({name}.mx.example.org [198.51.100.{random.randint(1, 254)}])\r\n"
            f"\tby in{hop}.harbour.example with ESMTPS (TLS1.3) id {random.randbytes(6).hex()}\r\n\tfor <{recipient}>; {at}"
        )
    yield (
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;\r\n"
        f"\th=from:to:subject:date:message-id; bh={_noise(random, 33)};\r\n\tb={_noise(random, 192)}"
    )
    yield "Authentication-Results: harbour.example; dkim=pass header.d=example.org; spf=pass; dmarc=pass"
    yield f"X-Exchange-Antispam-Report: {_noise(random, 420)}"
    yield f"X-Exchange-Organization-Network-Message-Id: {random.randbytes(16).hex()}"
    yield f"X-Mailer: Example Mail {random.randint(2, 16)}.{random.randint(0, 9)}"


def _noise(random: Random, size: int) -> str:
    """Base64 of random bytes, folded as headers are."""
    return "\r\n\t".join(textwrap.wrap(base64.b64encode(random.randbytes(size)).decode("ascii"), 72))
