"""A ready signature for a member of staff, as the standard wants it (J5, J6, J8)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from mailbot.core.directory import Person
from mailbot.core.standard.contact import ADDRESS
from mailbot.core.standard.values import Formal, Standard, StandardFont

NAME_IN_TEMPLATE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TO_WRITE: Mapping[str, str] = {
    "name": "[your first name and surname]",
    "job_title": "[your job title]",
    "team": "[your team]",
    "phone": "[your telephone number]",
    "email": "[your e-mail address]",
}
"""What stands where the directory does not know what a rule asks for: only the person can write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureValues:
    """What the lines of a template may name; an empty one takes its line along. ``on_behalf``: of formal letters only."""

    name: str = ""
    job_title: str = ""
    team: str = ""
    organisation: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    on_behalf: str = ""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """A signature to copy: as plain text, one line below the other, and as HTML that carries its font along."""

    text: str
    html: str


def values_of(person: Person, organisation: str = "", website: str = "") -> SignatureValues:
    """What the directory knows of a person; ``organisation``: the name that theirs goes by."""
    return SignatureValues(
        name=person.name,
        job_title=person.role[:1].upper() + person.role[1:],
        team=person.team,
        organisation=person.organisation or organisation,
        phone=person.phone,
        email=person.address,
        website=website,
    )


def signature_block(standard: Standard, values: SignatureValues, *, is_formal: bool = False) -> SignatureBlock:
    """The standard's template with a person's values. ``is_formal``: for letters, with the organisation in full (J8).

    What a rule asks for and nobody knows stands in square brackets; other lines without a value are left out. Empty where the
    standard has no template.
    """
    known = _for_letters(values, standard.formal) if is_formal and standard.formal else values
    lines = [line for template in standard.template if (line := _line(template, known, standard))]
    return SignatureBlock(text="\n".join(lines), html=_page(lines, standard.font))


def _for_letters(values: SignatureValues, formal: Formal) -> SignatureValues:
    return replace(values, organisation=formal.organisation[0], on_behalf=formal.on_behalf[0])


def _line(template: str, values: SignatureValues, standard: Standard) -> str:
    """A line with its values, or an empty string if it lacks one that nobody has to have."""
    names = NAME_IN_TEMPLATE.findall(template)
    known = {name: getattr(values, name) or (_TO_WRITE.get(name, "") if name in standard.rules else "") for name in names}
    return NAME_IN_TEMPLATE.sub(lambda match: known[match[1]], template) if all(known.values()) else ""


def _page(lines: list[str], font: StandardFont | None) -> str:
    """The font stands on each line: mail programs part a signature when it is pasted."""
    face = f"font-family:'{font.families[0]}',sans-serif;font-size:{font.points:g}pt" if font else ""
    style = f"margin:0;{face}".rstrip(";")
    return "\n".join(f'<p style="{escape(style)}">{_linked(line)}</p>' for line in lines)


def _linked(line: str) -> str:
    return ADDRESS.sub(r'<a href="mailto:\g<0>">\g<0></a>', escape(line, quote=False))
