"""What leads to cases: the ids, references and subjects that the messages of a batch name, looked up in a few queries.

Every query goes by an index, so that none takes longer because there are more cases in the store.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select, tuple_
from sqlalchemy.engine import Row

from mailbot.adapters.store.tables import case, message, message_id_alias, outbox, participant
from mailbot.adapters.store.turns import merged_into
from mailbot.core.case import Role
from mailbot.core.lead import Clues, KnownCase, Leads, Via

MOST_VALUES = 5000  # in one statement; every database has its own limit
MOST_BY_SUBJECT = 1000
_OURS = select(outbox.c.message_id, outbox.c.case).where(outbox.c.case.is_not(None))
_RENAMED = (
    select(message_id_alias.c.alias, outbox.c.case)
    .join(outbox, outbox.c.id == message_id_alias.c.outbox)
    .where(outbox.c.case.is_not(None))
)
_KNOWN = select(message.c.message_id, message.c.case).where(message.c.case.is_not(None))
_BY_ID: tuple[tuple[Via, Select[Any], Column[str]], ...] = (
    (Via.OUR_LETTER, _OURS, outbox.c.message_id),
    (Via.OUR_LETTER, _RENAMED, message_id_alias.c.alias),
    (Via.THREAD, _KNOWN, message.c.message_id),
)


def find_leads(connection: Connection, of: Sequence[Clues]) -> Leads:
    """Everything that these clues lead to. Messages that name nothing cost no query."""
    found = Leads()
    ids = sorted({each for one in of for each in one.ids})
    for via, query, column in _BY_ID:
        for id_, case_id in _rows(connection, query, column, ids):
            found.ids.setdefault(id_, {}).setdefault(case_id, via)
    named = sorted({each for one in of for each in (*one.references, *one.quoted)})
    found.references.update(_rows(connection, select(case.c.reference, case.c.id), case.c.reference, named))
    old = sorted({each for one in of for each in one.old_references})
    found.references.update(_rows(connection, select(case.c.old_reference, case.c.id), case.c.old_reference, old))
    by_subject = list(_by_subject(connection, of))
    living = merged_into(connection, sorted({*found.references.values(), *(row.case for row in by_subject)}))
    for reference, case_id in found.references.items():
        found.references[reference] = living.get(case_id, case_id)
    for row in by_subject:
        found.subjects.setdefault((row.address, row.subject), []).append(living.get(row.case, row.case))
    about = {each for some in found.subjects.values() for each in some}
    led_to = about.union(found.references.values(), *found.ids.values())
    found.cases.update(_known(connection, sorted(led_to)))
    found.active_at.update(_active_at(connection, sorted(about)))
    return found


def _rows(connection: Connection, query: Select[Any], column: Column[str], values: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The pairs of a query for some values of one of its columns."""
    for first in range(0, len(values), MOST_VALUES):
        for row in connection.execute(query.where(column.in_(values[first : first + MOST_VALUES]))):
            yield row[0], row[1]


def _by_subject(connection: Connection, of: Sequence[Clues]) -> Iterable[Row[Any]]:
    """The cases of people who wrote about the same before, the newest first."""
    about = sorted({(writer, one.about) for one in of if one.is_reply and one.about for writer in one.writers})
    if not about:
        return ()
    query = select(participant).where(tuple_(participant.c.address, participant.c.subject).in_(about))
    customers = query.where(participant.c.role == Role.CUSTOMER.value)
    return connection.execute(customers.order_by(participant.c.case.desc()).limit(MOST_BY_SUBJECT))


def _known(connection: Connection, case_ids: Sequence[int]) -> dict[int, KnownCase]:
    if not case_ids:
        return {}
    people = dict[int, dict[str, set[str]]]()
    for row in connection.execute(select(participant).where(participant.c.case.in_(case_ids))):
        people.setdefault(row.case, {}).setdefault(row.role, set()).add(row.address)
    return {
        row.id: KnownCase(
            reference=row.reference,
            participants=frozenset(people.get(row.id, {}).get(Role.CUSTOMER.value, ())),
            parties=frozenset(people.get(row.id, {}).get(Role.PARTY.value, ())),
        )
        for row in connection.execute(select(case.c.id, case.c.reference).where(case.c.id.in_(case_ids)))
    }


def _active_at(connection: Connection, case_ids: Sequence[int]) -> dict[int, datetime]:
    """When the newest message of each case came."""
    if not case_ids:
        return {}
    newest = select(message.c.case, func.max(message.c.received_at)).where(message.c.case.in_(case_ids))
    return {row[0]: row[1] for row in connection.execute(newest.group_by(message.c.case))}
