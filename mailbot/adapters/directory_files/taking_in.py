"""Imported rows into the text of the directory's TOML file; comments and everything else in it stay as they are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import AoT
from tomlkit.toml_document import TOMLDocument

from mailbot.adapters.directory_files.rows import PAGES, TAKE_OUT, Away
from mailbot.adapters.directory_files.table import TableRow
from mailbot.core.text import key
from mailbot.errors import PermanentError

_PARTS = re.compile(r"[;\n]")
_URL = re.compile(r"(https?://\S+)\s*$")
_OF_PEOPLE = ("name", "phone", "team", "role", "organisation")
_COPIED = ("organisation", "team", "url")


def services_taken_in(text: str, rows: Iterable[TableRow], where: str) -> str:
    """The file's text with these services in it: those that it has are changed, the others added at its end.

    People whom it does not know yet come in with their address. Raises PermanentError with line and column of what cannot be
    understood; whether the whole is in order, reading it again shows.
    """
    document = tomlkit.parse(text)
    for row in rows:
        _take_in(document, row, f"{where}, line {row.line}")
    return tomlkit.dumps(document)


def absences_taken_in(text: str, absences: Sequence[Away]) -> str:
    """The file's text with these absences; what it has already stays. Raises PermanentError for a person it does not know."""
    document = tomlkit.parse(text)
    people = document.get("person", [])
    for away in absences:
        person = _person(people, away.person)
        if person is None:
            raise PermanentError(f"{away.where}: there is no [[person]] '{away.person}'; write the name or address of one")
        _add_absence(person, away)
    return tomlkit.dumps(document)


def people_taken_in(text: str, rows: Sequence[TableRow], where: str) -> str:
    """The file's text with these people, who are known by their address, and with an absence of each row that tells of one.

    Raises PermanentError with line and column of what cannot be understood.
    """
    document = tomlkit.parse(text)
    people = document.setdefault("person", AoT([]))
    for row in rows:
        _take_in_person(people, row.values, f"{where}, line {row.line}")
    return tomlkit.dumps(document)


def _take_in_person(people: Any, values: dict[str, str], where: str) -> None:
    address, name = values["email"].lower(), values.get("name", "").removeprefix(TAKE_OUT)
    if not address:
        raise PermanentError(f"{where}, email: is empty; write the person's own address, by which they are known")
    found = next((each for each in people if key(str(each.get("email", ""))) == key(address)), None)
    if found is None:
        if not name:
            raise PermanentError(f"{where}, name: is empty; write the name of {address}")
        new = tomlkit.table()
        new.update({"name": name, "email": address})
        people.append(new)
        found = people[-1]
    for column in _OF_PEOPLE:
        _set(found, column, name if column == "name" else values.get(column, ""))
    if values.get("from") or values.get("until") or values.get("deputy"):
        _add_absence(found, _away(where, values | {"person": address}))


def aways_of(rows: Iterable[TableRow], where: str) -> list[Away]:
    """The absences of a table. Raises PermanentError with the line of a date that is none."""
    return [_away(f"{where}, line {row.line}", row.values) for row in rows]


def _away(where: str, values: dict[str, str]) -> Away:
    from_on = _date(where, "from", values.get("from", ""))
    until_on = _date(where, "until", values.get("until", "") or values.get("from", ""))
    deputy = values.get("deputy", "").removeprefix(TAKE_OUT)
    return Away(where=where, person=values["person"], from_on=from_on, until_on=until_on, deputy=deputy)


def _date(where: str, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PermanentError(f"{where}, {column}: '{text}' is no date; write it as 2026-12-24") from None


def _add_absence(person: Any, away: Away) -> None:
    found = person.setdefault("absent", tomlkit.array())
    entry = tomlkit.inline_table()
    entry.update({"from": away.from_on, "until": away.until_on} | ({"deputy": away.deputy} if away.deputy else {}))
    known = next((at for at, each in enumerate(found) if each.get("from") == away.from_on), None)
    if known is None:
        found.append(entry)
    elif found[known].get("until") != away.until_on or (away.deputy and found[known].get("deputy") != away.deputy):
        found[known] = entry


def _take_in(document: TOMLDocument, row: TableRow, where: str) -> None:
    values = row.values
    if not values["service"]:
        raise PermanentError(f"{where}, service: is empty; write the name of the service")
    service = _service(document, values["service"])
    for name in _COPIED:
        _set(service, name, values.get(name, ""))
    for post in ("contact", "deputy"):
        _set(service, post, _post(document, values, post, where))
    _set(service, "synonyms", [part for part in map(str.strip, _PARTS.split(values.get("synonyms", ""))) if part])
    _set(service, "category", _category(values, where))
    _set(service, "hours", _hours(values.get("hours", ""), where))
    _set_pages(service, values, where)


def _service(document: TOMLDocument, name: str) -> Any:
    services = document.setdefault("service", AoT([]))
    found = next((each for each in services if key(str(each.get("name", ""))) == key(name)), None)
    if found is None:
        found = tomlkit.table()
        found["name"] = name
        services.append(found)
        return services[-1]
    return found


def _set(table: Any, name: str, value: Any) -> None:
    """Write a value unless it stands there already. Nothing leaves it as it is; the mark for it takes it out."""
    if value in (TAKE_OUT, [TAKE_OUT]):
        table.pop(name, None)
    elif value and table.get(name) != value:
        table[name] = value


def _post(document: TOMLDocument, values: dict[str, str], post: str, where: str) -> str:
    """Whom a row names for a post: by address if it gives one, and then known to the file from now on."""
    name, address = values.get(post, ""), values.get(f"{post}_email", "").lower()
    if not address:
        return name
    people = document.setdefault("person", AoT([]))
    person, phone = _person(people, address), values.get(f"{post}_phone", "")
    if person is None:
        if not name:
            raise PermanentError(f"{where}, {post}: is empty; write the name of {address}")
        person = tomlkit.table()
        person.update({"name": name, "email": address})
        _set(person, "phone", phone)
        _set(person, "organisation", values.get("organisation", ""))
        people.append(person)
    else:
        _set(person, "name", name)
        _set(person, "phone", phone)
    return address


def _person(people: Iterable[Any], words: str) -> Any:
    """The row of the person with this name or address."""
    wanted = key(words)
    return next((each for each in people if wanted in [key(str(each.get(name, ""))) for name in ("email", "name")]), None)


def _category(values: dict[str, str], where: str) -> Any:
    number, name = values.get("category_number", ""), values.get("category", "")
    if TAKE_OUT in (number, name):
        return TAKE_OUT
    if not number and not name:
        return None
    if not number.isdecimal() or not name:
        raise PermanentError(f"{where}, category: write both a number (category_number) and a name (category)")
    return {"number": int(number), "name": name}


def _hours(cell: str, where: str) -> Any:
    if not cell or cell == TAKE_OUT:
        return cell
    parts = [part.split() for part in _PARTS.split(cell) if part.strip()]
    if any(len(part) != 2 for part in parts):  # a day and a span
        raise PermanentError(f"{where}, hours: write a day and its hours, such as monday 09:00-17:00; tuesday 09:00-17:00")
    return {day.lower(): span for day, span in parts}


def _set_pages(service: Any, values: dict[str, str], where: str) -> None:
    """The kinds of page that the row has cells for are replaced; the others stay."""
    named = {kind: values[kind] for kind in PAGES if values.get(kind)}
    if not named:
        return
    kept = [dict(page) for page in service.get("pages", []) if page.get("kind") not in named]
    new = [page for kind, cell in named.items() if cell != TAKE_OUT for page in _pages(kind, cell, str(service["name"]), where)]
    wanted = sorted((*kept, *new), key=lambda page: PAGES.index(page["kind"]) if page["kind"] in PAGES else 0)
    if [dict(page) for page in service.get("pages", [])] == wanted:
        return
    pages = tomlkit.array()
    for page in wanted:
        line = tomlkit.inline_table()
        line.update(page)
        pages.append(line)
    service["pages"] = pages.multiline(multiline=True)


def _pages(kind: str, cell: str, service: str, where: str) -> Iterator[dict[str, str]]:
    for part in filter(None, map(str.strip, _PARTS.split(cell))):
        found = _URL.search(part)
        if found is None:
            raise PermanentError(f"{where}, {kind}: '{part[:60]}' ends in no web address; write a name and the address")
        name = part[: found.start()].strip(" :-") or f"{service}: {kind.replace('_', ' ')}"
        yield {"kind": kind, "name": name, "url": found[1]}
