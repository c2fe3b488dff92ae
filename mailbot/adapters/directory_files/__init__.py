"""What admins bring into the directory: tables of services, people, absences, calendars; and the TOML file that takes it in."""

from mailbot.adapters.directory_files.calendar import read_calendar
from mailbot.adapters.directory_files.rows import AWAY_COLUMNS, PEOPLE_COLUMNS, SERVICE_COLUMNS, Away
from mailbot.adapters.directory_files.table import TableRow, names_of, read_table
from mailbot.adapters.directory_files.taking_in import absences_taken_in, aways_of, people_taken_in, services_taken_in
from mailbot.adapters.directory_files.writing import replace_file, written_beside

__all__ = [
    "AWAY_COLUMNS",
    "PEOPLE_COLUMNS",
    "SERVICE_COLUMNS",
    "Away",
    "TableRow",
    "absences_taken_in",
    "aways_of",
    "names_of",
    "people_taken_in",
    "read_calendar",
    "read_table",
    "replace_file",
    "services_taken_in",
    "written_beside",
]
