"""Who runs a command is known by the operating system, not by what is typed or set."""

import os
import pwd
from pathlib import Path

import pytest

from mailbot.adapters.login import UNSET, signed_in
from mailbot.core.directory import Directory, Person, person_who_signed_in

ROBIN = Person(name="Robin Vale", address="robin.vale@harbour.example", login="rvale")
INGA = Person(name="Inga Holt", address="inga.holt@harbour.example", login="iholt")
DIRECTORY = Directory(people=(ROBIN, INGA, Person(name="Mo Reed", address="mo.reed@harbour.example")))


def test_who_signed_in_stays_the_same_through_sudo(tmp_path: Path) -> None:
    """The kernel's login id counts before the user of the process."""
    (tmp_path / "loginuid").write_text("0")
    assert signed_in(tmp_path / "loginuid") == pwd.getpwuid(0).pw_name
    (tmp_path / "loginuid").write_text("3999999999")
    assert signed_in(tmp_path / "loginuid") == "3999999999"


@pytest.mark.parametrize("said", [str(UNSET), "", "nobody"])
def test_without_a_login_the_user_of_the_process_counts(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And never a variable that anybody can set."""
    (tmp_path / "loginuid").write_text(said)
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "iholt")
    assert signed_in(tmp_path / "loginuid") == pwd.getpwuid(os.getuid()).pw_name
    assert signed_in(tmp_path / "none") == pwd.getpwuid(os.getuid()).pw_name


def test_a_login_is_one_person() -> None:
    """They may say their name, and no other."""
    assert person_who_signed_in(DIRECTORY, "iholt") == INGA
    assert person_who_signed_in(DIRECTORY, "iholt", "Inga Holt") == INGA
    with pytest.raises(ValueError, match="you are signed in as 'iholt', who is Inga Holt"):
        person_who_signed_in(DIRECTORY, "iholt", "Robin Vale")
    assert person_who_signed_in(DIRECTORY, "mreed") == Person(name="mreed", address="")
    for login in ("", "mreed"):
        with pytest.raises(ValueError, match="nobody in the services file has login"):
            person_who_signed_in(DIRECTORY, login, "Mo Reed")
