"""Staff mail held against a standard: what is missing is found, what cannot be judged is said to be not judged."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.adapters.rule_files import load_standard
from mailbot.cli.main import app
from mailbot.cli.standards import judged, rules_named
from mailbot.core.standard.values import StandardRule
from mailbot.errors import PolicyError
from tests.invented import RULES

JOIC = rules_named(RULES, "jersey-oic")
SIGNATURE = ("Ada Finch", "Caseworker", "Telephone: 01632 960001", "ada.finch@harbour.example")
OPENING, CLOSING = "Dear Bo", "Kind regards"
BODY = "Thank you for your message about the form. We will send it to you by Friday 4 December."
QUOTE = ("Dear Ada", "There is a problem with the form.", "Cheers", "Bo Sample", "07700 900123")
VERDANA = 'style="font-size:10.0pt;font-family:&quot;Verdana&quot;,sans-serif"'
RULE = '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal><b>From:</b> Bo</p></div>'
WORD_STYLE = (
    '<style><!-- p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;} --></style>'
)


def word(lines: tuple[str, ...], style: str) -> str:
    """Outlook on the desktop: paragraphs of class MsoNormal, history below a rule."""
    top = "".join(f"<p class=MsoNormal>{line}<o:p></o:p></p>" for line in (OPENING, BODY, CLOSING))
    signed = "".join(f"<p class=MsoNormal><span {style}>{line}<o:p></o:p></span></p>" for line in lines)
    history = "".join(f"<p class=MsoNormal>{line}</p>" for line in QUOTE)
    return f"<html><head>{WORD_STYLE}</head><body><div class=WordSection1>{top}{signed}{RULE}{history}</div></body></html>"


def web_outlook(lines: tuple[str, ...], style: str) -> str:
    """Outlook on the web: divs, a signature with an id, history behind appendonsend."""
    aptos = 'style="font-family:Aptos,sans-serif;font-size:12pt"'
    top = "".join(f"<div {aptos}>{line}</div>" for line in (OPENING, BODY, CLOSING))
    signed = "".join(f"<div {style}>{line}</div>" for line in lines)
    history = "".join(f"<div>{line}</div>" for line in QUOTE)
    marks = '<div id="appendonsend"></div><div id="divRplyFwdMsg">From: Bo</div>'
    return f'{top}<div id="Signature">{signed}</div>{marks}{history}'


def gmail(lines: tuple[str, ...], style: str) -> str:
    """Gmail: a table for the signature, history within gmail_quote."""
    top = f'<div dir="ltr"><div>{OPENING},</div><div><br></div><div>{BODY}</div><div><br></div><div>{CLOSING},</div>'
    signed = "".join(f"<tr><td {style}>{line}</td></tr>" for line in lines)
    quote = "<br>".join(QUOTE)
    attribution = '<div class="gmail_attr">On Mon, 30 Nov 2026 at 09:00, Bo &lt;bo@example.org&gt; wrote:<br></div>'
    return (
        f'{top}<div class="gmail_signature"><table><tbody>{signed}</tbody></table></div></div><br>'
        f'<div class="gmail_quote">{attribution}<blockquote class="gmail_quote">{quote}</blockquote></div>'
    )


def apple(lines: tuple[str, ...], style: str) -> str:
    """Apple Mail: one div with line breaks, history in a blockquote that cites."""
    signed = f"<span {style}>{'<br>'.join(lines)}</span>"
    quote = "<br>".join(QUOTE)
    own = f"{OPENING},<div>{BODY}</div><div>{CLOSING}</div><div>{signed}</div>"
    return f'<body>{own}<blockquote type="cite">{quote}</blockquote></body>'


def thunderbird(lines: tuple[str, ...], style: str) -> str:
    """Thunderbird: the quote stands above, the answer and its signature below."""
    quote, signed = "<br>".join(QUOTE), "<br>".join(lines)
    return (
        f'<div class="moz-cite-prefix">On 30/11/2026 09:00, Bo wrote:<br></div><blockquote type="cite" cite="mid:a@b">{quote}'
        f'</blockquote><p>{OPENING}</p><p>{BODY}</p><p>{CLOSING}</p><div class="moz-signature" {style}>{signed}</div>'
    )


def old_exchange(lines: tuple[str, ...], style: str) -> str:
    """Exchange's own pages: font elements; a size of 2 is what it writes for 10 points."""
    font = "<FONT SIZE=2 FACE=Verdana>" if style == VERDANA else "<FONT SIZE=3 FACE=Arial>"
    return f"<P>{OPENING}</P><P>{BODY}</P><P>{CLOSING}</P>{''.join(f'<P>{font}{line}</FONT></P>' for line in lines)}"


SHAPES = (word, web_outlook, gmail, apple, thunderbird, old_exchange)
ARIAL = 'style="font-size:11.0pt;font-family:Arial,Verdana,sans-serif"'


def message(text: str, *, sender: str = "Ada Finch <ada.finch@harbour.example>", kind: str = "html", more: str = "") -> bytes:
    head = f"From: {sender}\nTo: bo@example.org\nSubject: Re: The form\nIn-Reply-To: <a@example.org>\n{more}"
    return f"{head}MIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n\n{text}".encode()


def found(content: bytes, person: str | None = None, people: tuple[str, ...] = ()) -> set[str]:
    return {each.rule.value for each in judged(content, JOIC, person, people).findings}


def unjudged(content: bytes, person: str | None = None, people: tuple[str, ...] = ()) -> set[str]:
    return {each.rule.value for each in judged(content, JOIC, person, people).not_judged}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("left_out", "style", "expected"),
    [
        (None, VERDANA, set()),
        (2, VERDANA, {"phone"}),
        (3, VERDANA, {"email"}),
        (None, ARIAL, {"font"}),
        (None, 'style="font: 12px Verdana"', {"font"}),
        (None, 'style="font: bold 13.33px/1.4 Verdana, Arial"', set()),
    ],
)
def test_each_program_s_markup_is_read(shape, left_out: int | None, style: str, expected: set[str]) -> None:  # type: ignore[no-untyped-def]
    """J5, J6: what is missing is found in any mail program's shape, and nothing is taken from the quoted history."""
    if shape is old_exchange and "font:" in style:
        pytest.skip("this program knows no styles")
    lines = tuple(line for number, line in enumerate(SIGNATURE) if number != left_out)
    assert found(message(shape(lines, style))) == expected


def plain(*lines: str) -> bytes:
    return message("\n".join(lines), kind="plain")


@pytest.mark.parametrize(
    ("opening", "closing", "expected"),
    [
        ("Dear Bo,", "Kind regards,", set()),
        ("Dear Sir or Madam", "Yours sincerely", {"closing"}),
        ("Dear Ms Sample", "Yours faithfully", {"closing"}),
        ("Dear Bo", "Cheers", {"closing"}),
        ("Hi Bo", "Best wishes", set()),
        ("Hello Bo", "Many thanks and kind regards", set()),
    ],
)
def test_the_closing_is_allowed_and_fits_the_salutation(opening: str, closing: str, expected: set[str]) -> None:
    """J7: sincerely with a name, faithfully without one."""
    assert found(plain(opening, "", BODY, "", closing, "", *SIGNATURE)) - {"organisation", "on_behalf"} == expected


def test_a_formal_letter_is_signed_for_the_office() -> None:
    """J8: with the full name, for and on behalf; an everyday message needs neither."""
    letter = ("Dear Ms Sample", "", BODY, "", "Yours sincerely", "", *SIGNATURE)
    assert found(plain(*letter)) == {"organisation", "on_behalf"}
    assert (
        found(
            plain(*letter, "For and on behalf of the Information Commissioner", "Jersey Office of the Information Commissioner")
        )
        == set()
    )
    assert found(plain("Hi Bo", BODY, "Kind regards", *SIGNATURE)) == set()


def test_a_first_name_alone_is_no_full_name_and_still_a_contact() -> None:
    """J5 asks for the surname; G4 asks that somebody is named."""
    assert found(plain("Hi Bo", BODY, "Kind regards", "Ada", *SIGNATURE[2:])) == {"name"}
    assert found(plain("Hi Bo", BODY, "Kind regards", "The Enquiries Team", *SIGNATURE[2:])) == {"name", "named_contact"}


def test_a_name_typed_above_the_signature_is_no_part_of_it() -> None:
    """J6: what the mail program puts below is set as it should be; whoever signs by hand as well is not accused."""
    block = "".join(f"<p {VERDANA}>{line}</p>" for line in SIGNATURE)
    typed = f"<div style='font:11pt Calibri'><p>Hi Bo</p><p>{BODY}</p><p>Kind regards</p><p>Ada Finch</p></div>"
    assert found(message(typed + block)) == set()
    assert found(message(typed + block.replace("10.0pt", "12.0pt"))) == {"font"}


def test_small_print_in_another_font_is_no_part_of_the_signature() -> None:
    """J6: what stands below the last number or address may be a server's addition, and is not held against anybody."""
    block = "".join(f"<p {VERDANA}>{line}</p>" for line in SIGNATURE)
    page = f"<p>Hi Bo</p><p>{BODY}</p><p>Kind regards</p>{block}<p {ARIAL}>Follow us for news of the harbour</p>"
    assert found(message(page)) == set()
    assert unjudged(message(page)) == {"font"}


def test_irritating_words_get_a_better_one() -> None:
    """F19: only in the writer's own words."""
    result = judged(
        plain("Hi Bo", "I'll try to ring you.", "Kind regards", *SIGNATURE, "", "> there is a problem"), JOIC, None, ()
    )
    (one,) = result.findings
    assert (one.rule, one.clause) == (StandardRule.WORDING, "F19")
    assert "I will" in one.fix


def test_a_signature_below_its_delimiter_is_its_writer_s() -> None:
    """RFC 3676 section 4.3: two dashes part it from the text."""
    assert found(plain("Hi Bo", BODY, "", "Kind regards", "Ada", "-- ", *SIGNATURE)) == set()
    assert found(plain("Hi Bo", BODY, "", "Kind regards", "Ada", "-- ", *SIGNATURE[:2])) == {"phone", "email"}


def test_who_wrote_from_a_group_mailbox_is_looked_up() -> None:
    """A name that is no colleague's leaves the writer unknown, and nothing personal is judged."""
    mail = message(
        "\n".join(("Hi Bo", BODY, "Kind regards", "Ada Finch")), kind="plain", sender="Enquiries <enquiries@harbour.example>"
    )
    assert found(mail) == set()
    assert unjudged(mail) >= {"name", "phone", "email", "font"}
    assert found(mail, people=("Ada Finch", "Ben Marsh")) == {"phone", "email"}


def test_plain_text_has_no_font_and_a_picture_is_not_read() -> None:
    """J6: not applicable, and not judged."""
    assert unjudged(plain("Hi Bo", BODY, "Kind regards", *SIGNATURE)) == {"font"}
    picture = message(f"<p>Hi Bo</p><p>{BODY}</p><p>Kind regards</p><p><img src=cid:sig></p>")
    assert unjudged(picture) >= {"name", "phone", "email", "font"}
    assert found(picture) == set()


@pytest.mark.parametrize("more", ["Auto-Submitted: auto-replied\n", "X-Autoreply: yes\n"])
def test_an_automatic_reply_is_not_judged_as_a_letter(more: str) -> None:
    """Nobody signs one; the false accusation would be the failure."""
    mail = message("I am away until Friday.", kind="plain", more=more)
    assert found(mail) == set()
    assert unjudged(mail) == {rule.value for rule in JOIC.standard.rules}


def test_another_language_s_words_are_not_judged() -> None:
    """Its closing may be a good one."""
    welsh = plain(
        "Annwyl Bo", "Diolch am eich neges am y ffurflen. Byddwn yn ei hanfon atoch erbyn dydd Gwener.", "Cofion", *SIGNATURE
    )
    assert found(welsh) == set()
    assert unjudged(welsh) >= {"closing", "wording"}


@pytest.mark.parametrize(
    "page",
    [
        "<span>" * 140_000 + "x",
        "<style>" + "".join(f".a{n} b{{font-size:1px}}" for n in range(50_000)) + "</style><p>x",
        "<div>" * 900 + "x",
        "<style>" + "* * * * * *{font-size:1px}" * 2000 + "</style>" + "<p><b>x</b>" * 9000,
    ],
    ids=["spans", "selectors", "deep", "general"],
)
def test_a_page_made_to_take_long_is_not_judged(page: str) -> None:
    """It ends at once, and says why."""
    assert unjudged(message(page)) == {rule.value for rule in JOIC.standard.rules}
    assert {each.why.partition(" ")[0] for each in judged(message(page), JOIC, None, ()).not_judged} == {"its"}


@pytest.mark.parametrize(
    "hidden", ["display:none", "visibility:hidden", "font-size:0", "opacity:0", "DISPLAY: none !important"]
)
def test_a_hidden_signature_counts_for_nothing(hidden: str) -> None:
    """Neither its number nor its font."""
    signed = "".join(f"<p {ARIAL}>{line}</p>" for line in SIGNATURE[:2])
    right = "".join(f"<p {VERDANA}>{line}</p>" for line in SIGNATURE)
    page = f"<p>Hi Bo</p><p>{BODY}</p><p>Kind regards</p>{signed}<div style='{hidden}'>{right}</div>"
    assert found(message(page)) == {"phone", "email", "font"}


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('size = "10pt"', 'size = "10 furlongs"', "font.size"),
        ('phone = "J5"', 'fone = "J5"', "rules"),
        ('phone = "J5"', 'phone = ""', "rules.phone"),
        ('named = ["yours sincerely"]', 'named = ["kind regards"]', "stands under named and either"),
        ('families = ["Verdana"]\n', "", "font.families"),
        ('font = "J6"\n', "", "font: no rule uses it"),
        ("threshold = 0.75", "threshold = 75", "threshold"),
        ('families = ["Verdana"]', 'families = ["Verdana\'}"]', "font.families"),
        ('  "Telephone: {{ phone }}",\n', "", "template.lines: '{{ phone }}' is missing; the rule 'phone' asks for it"),
        ("{{ phone }}", "{{ phone }} {{ fax }}", "template.lines: there is no '{{ fax }}'"),
        ("{{ phone }}", "{{ phone }} {phone}", "template.lines: a curly bracket"),
        ('  "{{ on_behalf }}",\n', "", "the rule 'on_behalf' asks for it"),
    ],
)
def test_a_standard_that_cannot_be_used_is_refused(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """With the file and the key."""
    text = (RULES / "standards" / "jersey-oic.toml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "own.toml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match="own") as refused:
        load_standard(tmp_path, "own")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("signature", "broken", "open_"),
    [
        (("Ada Finch", "Senior Caseworker", "Licensing Team"), set(), set()),
        (("Ada Finch | Senior Caseworker | Licensing",), set(), set()),
        (("Ada Finch",), {"job_title", "team"}, set()),
        (("Ada Finch", "Licensing Team"), {"job_title"}, set()),
        (("Ada Finch", "Lamplighter"), set(), {"job_title", "team"}),
    ],
)
def test_job_title_and_team_are_asked_for_where_the_standard_does(
    tmp_path: Path, signature: tuple[str, ...], broken: set[str], open_: set[str]
) -> None:
    """A title may go by any word: only where no line could be one is it missing."""
    text = (RULES / "standards" / "generic.toml").read_text(encoding="utf-8")
    (tmp_path / "standards").mkdir()
    asking = text.replace("[rules]", '[rules]\njob_title = "house rule"\nteam = "house rule"')
    (tmp_path / "standards" / "own.toml").write_text(asking, encoding="utf-8")
    rules = replace(JOIC, standard=load_standard(tmp_path, "own"))
    result = judged(plain("Hi Bo", BODY, "Kind regards", *signature, *SIGNATURE[2:]), rules, None, ())
    assert {each.rule.value for each in result.findings} == broken - open_
    assert {each.rule.value for each in result.not_judged} == open_


def test_the_command_prints_one_document_for_programs(tmp_path: Path) -> None:
    """Findings and what was not judged, and nothing else; exit code 1 where something was found."""
    file = tmp_path / "answer.eml"
    file.write_bytes(plain("Hi Bo", BODY, "Kind regards", "Ada Finch", "Telephone: 01632 960001"))
    said = CliRunner().invoke(app, ["standards", "check", str(file), "--standard", "jersey-oic", "--format", "json"])
    document = json.loads(said.stdout)
    assert said.exit_code == 1
    assert sorted(document) == ["findings", "not_judged"]
    assert sorted(document["findings"][0]) == ["clause", "confidence", "evidence", "fix", "rule"]
    assert "Verdana, 10 pt" in CliRunner().invoke(app, ["standards", "show", "jersey-oic"]).stdout
