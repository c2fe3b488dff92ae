"""The survey calendar (F18): what customers are asked about how it went, and when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SurveyEvery(StrEnum):
    """How often a survey is due. ``case``: after each case or event it is about; ``always``: it stands open online."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CASE = "case"
    ALWAYS = "always"

    def period(self, day: date) -> str:
        """The month, quarter or year that ``day`` lies in; empty where no calendar says when it is due."""
        quarter = (day.month - 1) // 3 + 1
        periods = {"month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{quarter}", "year": f"{day.year}"}
        return periods.get(self.value, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A row of the survey calendar (F18): what is asked about, how often, and the role that sees to it."""

    name: str
    every: SurveyEvery
    role: str
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012
