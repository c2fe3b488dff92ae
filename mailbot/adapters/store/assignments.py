"""What whoever is given a case hears of others: open cases of the same customer, or about the same service."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, select

from mailbot.adapters.store.tables import case, participant, person
from mailbot.core.assignment import SimilarCase
from mailbot.core.case import CaseStatus, Role

_OPEN = case.c.status.in_([CaseStatus.OPEN.value, CaseStatus.WAITING.value]) & case.c.restricted.is_(False)
_CASES = select(case, person.c.name.label("owner_name")).outerjoin(person, person.c.id == case.c.owner).where(_OPEN)
_NEWEST = (case.c.opened_at.desc(), case.c.id.desc())


class SqlAssignments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def similar(self, customer: str, service: str, besides: int | None, limit: int) -> tuple[SimilarCase, ...]:
        """Open cases of this customer (lower case), then about this service, the newest first; at most so many of each."""
        theirs = select(participant.c.case).where(participant.c.address == customer, participant.c.role == Role.CUSTOMER.value)
        others = case.c.id != (besides or 0)
        found = list(self._cases(case.c.id.in_(theirs) & others, limit, same_customer=True)) if customer else []
        known = {one.reference for one in found}
        about = (case.c.service == service) & others
        more = self._cases(about, limit + len(known), same_customer=False) if service else ()
        return (*found, *(one for one in more if one.reference not in known))

    def _cases(self, these: ColumnElement[bool], limit: int, *, same_customer: bool) -> Iterator[SimilarCase]:
        for row in self._connection.execute(_CASES.where(these).order_by(*_NEWEST).limit(limit)):
            yield SimilarCase(
                reference=row.reference,
                class_=row._mapping["class"],
                opened_at=row.opened_at,
                same_customer=same_customer,
                owner=row.owner_name or "",
                named=tuple(row.named or ()),
            )
