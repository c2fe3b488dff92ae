"""Which form of a letter a command means: the letter itself, or the one for a language, for a pack, or for both."""

from typing import Annotated

import typer

NameArgument = Annotated[str, typer.Argument(help="The letter's name in 'mailbot letter list'.")]
LanguageOption = Annotated[str, typer.Option(help="Its form in this language, such as cy; without it, the English one.")]
PackOption = Annotated[str, typer.Option(help="Its form for this pack; without it, the one that serves every pack.")]


def form(name: str, pack: str, language: str) -> str:
    """The name of the form that is meant; a name that says it already stays."""
    from mailbot.core.letter_variant import variant_name

    return variant_name(name, pack, language)


def is_form(name: str, pack: str, language: str) -> bool:
    """Whether a form is for this pack and this language, where they are named."""
    from mailbot.core.letter_variant import language_of, pack_of

    return (not pack or pack_of(name) == pack) and (not language or language_of(name) == language)


def file_name(name: str, kind: str) -> str:
    """The file of a form, in a folder of such files: ``receipt.cy.txt``."""
    return f"{name.replace('/', '.')}.{kind}"
