"""What switches the judging of staff's mail on, and what is refused with file, key and what to write instead."""

import shutil
from pathlib import Path

import pytest

from mailbot.adapters.rule_files import load_pack, settings_of
from mailbot.app import load_policies
from mailbot.config import load
from mailbot.errors import ConfigError, PolicyError
from tests.invented import RULES

SERVER = '{ host = "localhost", port = 1, tls = "none" }'
CONFIG = f"""
[organisation]
name = "Harbour Council"
[standards]
on = true
[paths]
rules = "rules"
services = "services.toml"
[[mailbox]]
name = "enquiries"
address = "enquiries@harbour.example"
imap = {SERVER}
smtp = {SERVER}
"""
SERVICES = '[organisation]\nname = "Harbour Council"\n[[person]]\nname = "Bo Sample"\nemail = "bo@harbour.example"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with rules of its own that judges what its staff send."""
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "mailbot.toml").write_text(CONFIG)
    (tmp_path / "services.toml").write_text(SERVICES)
    return tmp_path


def change(folder: Path, old: str, new: str) -> Path:
    """Write something else into the pack; returns its file."""
    file = folder / "rules" / "packs" / "generic" / "pack.toml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    return file


def test_every_shipped_pack_names_a_standard_and_judges_nobody_by_itself(folder: Path) -> None:
    """The configuration has to say so, too."""
    assert load_policies(load(folder / "mailbot.toml", {})).standards["enquiries"].standard.name == "generic"
    (folder / "mailbot.toml").write_text(CONFIG.replace("on = true", "on = false"))
    off = load_policies(load(folder / "mailbot.toml", {}))
    assert (off.standards, off.absences, off.mailboxes["enquiries"].standards) == ({}, {}, None)
    assert off.mailboxes["enquiries"].pack.standards is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('standard = "generic"', 'standard = "genric"', "standards.standard: there is no standard 'genric'; write one of"),
        ("sample_share = 1.0", "sample_share = 0", "standards.sample_share: write a number above 0 and up to 1, such as 0.25"),
        ("sample_share = 1.0", "sample_share = 1.5", "standards.sample_share: write a number above 0 and up to 1"),
        ("names_to_manager = false", "name_to_manager = false", "did you mean 'names_to_manager'?"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    """The file is named, and what to write."""
    file = change(folder, old, new)
    with pytest.raises(PolicyError) as refused:
        load_pack(folder / "rules", "generic")
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(file))


def test_switched_on_it_needs_a_standard_and_people(folder: Path) -> None:
    """A pack that names none, or no file of people, is refused at the start."""
    change(folder, '[standards]\nstandard = "generic"\nnotes = true\nnames_to_manager = false\nsample_share = 1.0\n', "")
    with pytest.raises(PolicyError, match=r"standards: is missing, and the configuration says standards\.on = true"):
        load_policies(load(folder / "mailbot.toml", {}))
    (folder / "mailbot.toml").write_text(CONFIG.replace('services = "services.toml"\n', ""))
    with pytest.raises(ConfigError, match=r"paths\.services"):
        load(folder / "mailbot.toml", {})


def test_a_sample_is_told_by_policy_show(folder: Path) -> None:
    """A quarter is said to be one."""
    change(folder, "sample_share = 1.0", "sample_share = 0.25")
    (words,) = settings_of(load_pack(folder / "rules", "generic"))["standards:standard"]
    assert words.startswith("25% of what staff send is held against the standard generic")
