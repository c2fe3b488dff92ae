"""The configuration: read with its defaults, and every mistake named by file and key with what to write instead."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.adapters.parser import ParseLimits
from mailbot.cli.check import border_finding, internal_findings
from mailbot.config import AfterIntake, Border, Config, OAuth, SecretRef, Tls, example_text, load, sample_config
from mailbot.config.values import MOST_MEGABYTES
from mailbot.core.delivery import SentCopy
from mailbot.core.policy import ReversePathKind
from mailbot.core.relay import UNNAMED
from mailbot.errors import ConfigError

ORGANISATION = '[organisation]\nname = "Harbour Council"\nreference_prefix = "HC"\n'
ENQUIRIES = """
[[mailbox]]
name = "enquiries"
address = "enquiries@harbour.example"

[mailbox.imap]
host = "imap.harbour.example"
port = 993
user = "enquiries"
password = { env = "ENQUIRIES_PASSWORD" }

[mailbox.smtp]
host = "127.0.0.1"
port = 25
tls = "none"
"""
SMALLEST = ORGANISATION + ENQUIRIES
ADDRESS = 'address = "enquiries@harbour.example"\n'
PASSWORD = 'password = { env = "ENQUIRIES_PASSWORD" }'


def read(folder: Path, text: str = SMALLEST, environment: dict[str, str] | None = None) -> Config:
    """The configuration with this text."""
    file = folder / "mailbot.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environment or {})


def refusal(folder: Path, text: str = SMALLEST, environment: dict[str, str] | None = None) -> str:
    """What is said about a configuration that is refused, without the folder."""
    with pytest.raises(ConfigError) as caught:
        read(folder, text, environment)
    return str(caught.value).replace(f"{folder}/", "")


def added(line: str) -> str:
    """The smallest configuration with one line more in its mailbox."""
    return SMALLEST.replace(ADDRESS, f"{ADDRESS}{line}\n")


# What is right ---------------------------------------------------------------------------------------------------------


def test_the_smallest_configuration_has_safe_defaults(tmp_path: Path) -> None:
    """Nothing moved or flagged, new mail only, old mail not answered, and encrypted unless said otherwise."""
    config = read(tmp_path)
    (mailbox,) = config.mailbox
    assert mailbox.imap.tls is Tls.IMPLICIT
    assert mailbox.after_intake is AfterIntake.LEAVE
    assert mailbox.start_from == "now"
    assert mailbox.max_ack_age == timedelta(days=3)
    assert (mailbox.sent_copy, mailbox.reverse_path) == (SentCopy.SERVER, ReversePathKind.OWN)
    assert mailbox.smtp_connections == 1
    assert config.limits.answers_per_sender_per_day == 5
    assert config.organisation.time_zone == "Europe/London"


def test_the_shipped_example_is_a_configuration(tmp_path: Path) -> None:
    """The file that people copy can be read as it is, and has a place for the answers of ``init``."""
    config = read(tmp_path, example_text({}))
    assert config.organisation.name == "Harbour Council"
    answered = read(tmp_path, example_text({"organisation.name": 'The "Dock" Board', "mailbox.imap.host": "mail.dock.example"}))
    assert answered.organisation.name == 'The "Dock" Board'
    assert answered.mailbox[0].imap.host == "mail.dock.example"
    assert answered.mailbox[0].smtp.host == config.mailbox[0].smtp.host


def test_every_default_that_the_example_shows_is_the_default(tmp_path: Path) -> None:
    """A commented key of the example with its mark taken off changes nothing."""
    without_default = "ca_path|rules|letters|services|models|team|also|junk|sent|reply_to|aliases|password"
    shown = re.sub(rf"^# (?!(?:{without_default}) )([a-z_]+ = )", r"\1", example_text({}), flags=re.MULTILINE)
    assert shown.count("\n# ") < example_text({}).count("\n# ") - 10
    assert read(tmp_path, shown) == read(tmp_path, example_text({}))


def test_a_date_and_lengths_of_time_are_read(tmp_path: Path) -> None:
    """Days, hours and a day to start from."""
    for written, length in (("1 day", 24), ("2 days", 48), ("1 hour", 1), ("36 hours", 36)):
        assert read(tmp_path, added(f'max_ack_age = "{written}"')).mailbox[0].max_ack_age == timedelta(hours=length)
    assert read(tmp_path, added("start_from = 2026-11-01")).mailbox[0].start_from == date(2026, 11, 1)


def test_relative_paths_are_taken_from_the_file_s_folder(tmp_path: Path) -> None:
    """The database, the rules and the letters lie where the file says, wherever mailbot is started."""
    extra = '[storage]\ndatabase = "sqlite:///data/mailbot.db"\n[paths]\nrules = "rules"\nletters = "/srv/letters"\n'
    config = read(tmp_path, SMALLEST + extra)
    assert config.storage.database == f"sqlite:///{tmp_path}/data/mailbot.db"
    assert config.paths.rules_folder == tmp_path / "rules"
    assert config.paths.letters_folder == Path("/srv/letters")
    absolute = read(tmp_path, SMALLEST + '[storage]\ndatabase = "sqlite:////var/lib/mailbot/mailbot.db"\n')
    assert absolute.storage.database == "sqlite:////var/lib/mailbot/mailbot.db"


def test_the_shipped_rules_and_letters_are_used_by_default() -> None:
    """Nobody has to copy them first."""
    paths = sample_config().paths
    assert (paths.rules_folder / "packs" / "generic" / "pack.toml").is_file()
    assert (paths.letters_folder / "receipt" / "letter.toml").is_file()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_an_unprotected_connection_is_for_the_loopback_address(tmp_path: Path, host: str) -> None:
    """A relay on this very machine may be spoken to in the clear."""
    text = SMALLEST.replace('"127.0.0.1"', f'"{host}"')
    assert read(tmp_path, text).mailbox[0].smtp.tls is Tls.NONE


# The environment -------------------------------------------------------------------------------------------------------


def test_messages_are_read_in_a_process_of_its_own_unless_told_otherwise(tmp_path: Path) -> None:
    """Both cores work by default; a small machine may do with one process."""
    assert read(tmp_path, SMALLEST).processing.child_process
    assert not read(tmp_path, SMALLEST + "[processing]\nchild_process = false\n").processing.child_process


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    """A section's key, a mailbox's key, a key that the file does not have; numbers, words and text with spaces."""
    text = SMALLEST.replace('"enquiries"\naddress', '"public-enquiries"\naddress')
    config = read(
        tmp_path,
        text,
        {
            "MAILBOT_ORGANISATION__NAME": "Dock Board",
            "MAILBOT_MAILBOX__PUBLIC_ENQUIRIES__IMAP__PORT": "1143",
            "MAILBOT_MAILBOX__PUBLIC_ENQUIRIES__IDLE": "false",
            "MAILBOT_LOG__LEVEL": "debug",
            "MAILBOT_STORAGE__DATABASE": "sqlite:////tmp/other.db",
            "MAILBOT_CONFIG": "elsewhere.toml",
            "HOME": "/root",
        },
    )
    assert config.organisation.name == "Dock Board"
    assert config.mailbox[0].imap.port == 1143
    assert config.mailbox[0].idle is False
    assert config.log.level == "debug"
    assert config.storage.database == "sqlite:////tmp/other.db"


def test_a_variable_for_a_mailbox_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """The variable and the unknown name are both said."""
    assert refusal(tmp_path, environment={"MAILBOT_MAILBOX__NOBODY__PACK": "x"}) == (
        "environment: MAILBOT_MAILBOX__NOBODY__PACK: there is no mailbox named 'nobody'"
    )


def test_a_wrong_value_in_the_environment_is_refused_like_one_in_the_file(tmp_path: Path) -> None:
    """The key is named, and every variable that may have set it."""
    found = refusal(tmp_path, environment={"MAILBOT_MAILBOX__ENQUIRIES__IMAP__TLS": "maybe"})
    assert found == (
        "mailbot.toml (with MAILBOT_MAILBOX__ENQUIRIES__IMAP__TLS): mailbox[1].imap.tls: "
        "write one of 'implicit', 'starttls' or 'none'"
    )


# Mistakes --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("adress = 1", "mailbox[1].adress: there is no such key; did you mean 'address'?"),
        ("xyzzy = 1", "mailbox[1].xyzzy: there is no such key; known keys: "),
        ('max_ack_age = "soon"', 'mailbox.max_ack_age: write a length of time such as "3 days" or "48 hours"'),
        ("max_ack_age = 3", 'mailbox.max_ack_age: write a length of time such as "3 days" or "48 hours"'),
        ('max_ack_age = "0 days"', 'mailbox.max_ack_age: write a length of time such as "3 days" or "48 hours"'),
        ('start_from = "yesterday"', "write one of 'now' or 'beginning'"),
        ('after_intake = "delete"', "mailbox[1].after_intake: write one of 'leave', 'move' or 'flag'"),
        ('sent_copy = "append"', "folders.sent: write the Sent folder"),
        ('manager = "The Manager"', "manager: write one plain address such as foi@council.example"),
        ('reply_to = "Desk <desk@harbour.example>"', "reply_to: write one plain address"),
        ("smtp_connections = 0", "smtp_connections: write a number greater than 0"),
        ("poll_seconds = 0", "poll_seconds: write a number greater than 0"),
        ("letters_per_minute = -1", "letters_per_minute: write a number greater than 0"),
        ('reverse_path = "mine"', "mailbox[1].reverse_path: write one of 'own', 'tagged' or 'null'"),
    ],
)
def test_a_wrong_key_of_a_mailbox_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    """File, place and key, and what to write instead."""
    found = refusal(tmp_path, added(wrong))
    assert found.startswith("mailbot.toml: mailbox")
    assert said in found


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("[organisation]", "[organization]", "organization: there is no such key; did you mean 'organisation'?"),
        ('"Harbour Council"', '"  "', "organisation: name: write the full name of your organisation"),
        ('"HC"', '"hc1"', "organisation: reference_prefix: write two to six capital letters"),
        ('"HC"', '"HC"\ntime_zone = "Mars/Base"', "time_zone: there is no zone 'Mars/Base'; write one such as Europe/London"),
        ('"HC"', '"HC"\ntime_zone = "/etc/passwd"', "time_zone: there is no zone '/etc/passwd'"),
        ('name = "enquiries"', 'name = "Enquiries Desk"', "name: write lower-case letters, digits and hyphens"),
        (ADDRESS, "", "mailbox[1].address: is missing; write it"),
        (ADDRESS, 'address = "enquiries"\n', "address: write one plain address such as foi@council.example"),
        ("port = 993", 'port = "imaps"', "mailbox[1].imap.port: write a whole number"),
        ("port = 993", "port = 70000", "mailbox[1].imap: port must lie between 1 and 65535"),
        ("port = 993", "prot = 993", "mailbox[1].imap.prot: there is no such key; did you mean 'port'?"),
        (
            '"127.0.0.1"',
            '"smtp.harbour.example"',
            'for the loopback address only, and smtp.harbour.example is not; write tls = "implicit" or "starttls"',
        ),
        ('user = "enquiries"\n', "", "mailbox[1].imap: user and password belong together: write both or neither"),
        ("[[mailbox]]", "[mailbox]", "mailbox: write [[mailbox]], with two brackets"),
        (ENQUIRIES, '\nmailbox = ["enquiries"]\n', "mailbox: there is no such key"),
        (ENQUIRIES, "", "mailbox: is missing; write it"),
        (ORGANISATION, "mailbox = 1\n" + ORGANISATION, "is not valid TOML"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """File, place and key, and what to write instead."""
    found = refusal(tmp_path, SMALLEST.replace(right, wrong, 1))
    assert found.startswith("mailbot.toml: ")
    assert said in found


def test_an_empty_list_of_mailboxes_is_refused(tmp_path: Path) -> None:
    """Nothing to watch is a mistake, not a quiet night."""
    assert "mailbox: write at least one [[mailbox]]" in refusal(tmp_path, "mailbox = []\n" + ORGANISATION)
    assert "write [[mailbox]], with two brackets" in refusal(tmp_path, 'mailbox = ["enquiries"]\n' + ORGANISATION)


def test_two_mailboxes_need_two_names_and_two_addresses(tmp_path: Path) -> None:
    """The same one twice, even in other letters, would be read twice."""
    twice = SMALLEST + ENQUIRIES.replace("enquiries@", "foi@")
    assert "mailbox.name: write a different one for each mailbox; enquiries stands twice" in refusal(tmp_path, twice)
    same = SMALLEST + ENQUIRIES.replace('"enquiries"', '"foi"').replace("enquiries@", "Enquiries@")
    assert "mailbox.address: write a different one for each mailbox; enquiries@harbour.example stands twice" in refusal(
        tmp_path, same
    )


def test_a_secret_that_stands_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """A bare password is a mistake, and its words do not reach the screen or the log."""
    found = refusal(tmp_path, SMALLEST.replace(PASSWORD, 'password = "correct horse"'))
    assert found == (
        'mailbot.toml: mailbox[1].imap.password: write a table such as { path = "…" }, { env = "…" } or '
        '{ credential = "…" }: a secret never stands in the file, not a single value'
    )


@pytest.mark.parametrize("ref", ['{ env = "A", path = "b" }', '{ env = "A", credential = "b" }', "{ }"])
def test_a_secret_has_exactly_one_source(tmp_path: Path, ref: str) -> None:
    """Two places or none: which one would hold?"""
    found = refusal(tmp_path, SMALLEST.replace(PASSWORD, f"password = {ref}"))
    assert found == (
        "mailbot.toml: mailbox[1].imap.password: write exactly one of { credential = … }, { path = … } or { env = … }"
    )


MICROSOFT = 'provider = "microsoft", tenant = "t", client_id = "c"'


def with_oauth(table: str) -> str:
    """The smallest configuration with this table ``oauth`` in place of the IMAP password."""
    return SMALLEST.replace(PASSWORD, f"oauth = {{ {table} }}")


def test_a_token_takes_the_place_of_the_password(tmp_path: Path) -> None:
    """Microsoft's app with a secret or a certificate, Google's service account; paths from the file's folder."""
    secret = read(tmp_path, with_oauth(f'{MICROSOFT}, secret = {{ path = "s" }}, secret_expires_on = 2028-11-30'))
    oauth = secret.mailbox[0].imap.oauth
    assert oauth is not None
    assert oauth.secret == SecretRef(path=tmp_path / "s")
    assert (oauth.mechanism, oauth.secret_expires_on) == ("xoauth2", date(2028, 11, 30))
    certificate = read(tmp_path, with_oauth(f'{MICROSOFT}, certificate = {{ path = "c" }}, mechanism = "oauthbearer"'))
    assert certificate.mailbox[0].imap.oauth == OAuth(
        provider="microsoft",
        tenant="t",
        client_id="c",
        certificate=SecretRef(path=tmp_path / "c"),
        mechanism="oauthbearer",
    )
    google = read(tmp_path, with_oauth('provider = "google", key = { path = "k" }'))
    assert google.mailbox[0].imap.oauth == OAuth(provider="google", key=SecretRef(path=tmp_path / "k"))


def test_the_environment_may_name_another_tenant(tmp_path: Path) -> None:
    """A table within a table is overridden as every key is."""
    text = with_oauth(f'{MICROSOFT}, secret = {{ env = "S" }}')
    found = read(tmp_path, text, {"MAILBOT_MAILBOX__ENQUIRIES__IMAP__OAUTH__TENANT": "other"}).mailbox[0].imap.oauth
    assert found is not None
    assert found.tenant == "other"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('provider = "yahoo"', "imap.oauth.provider: write one of 'microsoft' or 'google'"),
        ("", "imap.oauth.provider: is missing; write it"),
        (f'{MICROSOFT}, secret = "hunter2"', 'imap.oauth.secret: write a table such as { path = "…" }'),
        (MICROSOFT, 'write exactly one of secret = { path = "…" } or certificate = { path = "…" }'),
        (
            f'{MICROSOFT}, secret = {{ env = "S" }}, certificate = {{ path = "c" }}',
            'write exactly one of secret = { path = "…" } or certificate = { path = "…" }',
        ),
        ('provider = "microsoft", client_id = "c", secret = { env = "S" }', "tenant: write the Directory (tenant) ID"),
        ('provider = "microsoft", tenant = "t", secret = { env = "S" }', "client_id: write the Application (client) ID"),
        (f'{MICROSOFT}, secret = {{ env = "S" }}, key = {{ env = "K" }}', 'key: provider = "microsoft" has no such key'),
        (
            f'{MICROSOFT}, secret = {{ env = "S" }}, authority = "http://login.example"',
            "authority: write an address",
        ),
        (f'{MICROSOFT}, secret = {{ env = "S" }}, mechanism = "plain"', "write one of 'xoauth2' or 'oauthbearer'"),
        (f'{MICROSOFT}, secret = {{ env = "S" }}, client = "c"', "imap.oauth.client: there is no such key; did you mean"),
        ('provider = "google"', 'key: write { path = "…" }, the JSON key of the service account'),
        ('provider = "google", key = { env = "K" }, tenant = "t"', 'tenant: provider = "google" has no such key; leave it out'),
    ],
)
def test_a_wrong_key_of_oauth_is_named(tmp_path: Path, table: str, said: str) -> None:
    """The place and what to write; a secret that stands in the file is not repeated."""
    found = refusal(tmp_path, with_oauth(table))
    assert found.startswith("mailbot.toml: mailbox[1].imap.oauth")
    assert said in found
    assert "hunter2" not in found


def test_a_server_wants_one_way_to_sign_in(tmp_path: Path) -> None:
    """A password or a token, each with its user; SMTP has one way to hand a token over."""
    oauth = f'oauth = {{ {MICROSOFT}, secret = {{ env = "S" }} }}'
    assert "imap: write password or oauth, not both" in refusal(tmp_path, SMALLEST.replace(PASSWORD, f"{PASSWORD}\n{oauth}"))
    nobody = SMALLEST.replace(PASSWORD, oauth).replace('user = "enquiries"\n', "")
    assert "user and oauth belong together: write the mailbox's own address as user" in refusal(tmp_path, nobody)
    bearer = oauth.replace(" } }", ' }, mechanism = "oauthbearer" }')
    relay = SMALLEST.replace('tls = "none"\n', f'tls = "none"\nuser = "enquiries"\n{bearer}\n')
    assert 'smtp.oauth.mechanism: write "xoauth2"' in refusal(tmp_path, relay)
    single = SMALLEST.replace(PASSWORD, 'oauth = "microsoft"')
    assert 'imap.oauth: write a table such as { provider = "microsoft"' in refusal(tmp_path, single)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    """Two wrong keys are two lines: nobody mends them one by one."""
    text = SMALLEST.replace("port = 993", 'port = "imaps"').replace("[organisation]", "[organisation]\ncolour = 1")
    assert len(refusal(tmp_path, text).splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[organisation\n", "is not valid TOML: "),
        (b'[organisation]\nname = "\xff"\n', "is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """The file is named, and for a wrong character its line."""
    file = tmp_path / "mailbot.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    assert str(caught.value).startswith(f"{file}: {said}")


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})


def test_limits_are_numbers_above_zero(tmp_path: Path) -> None:
    """A cap of nothing would silence everybody."""
    values: dict[str, Any] = {"answers_per_sender_per_day": 0, "message_size_mb": -5}
    for key, value in values.items():
        found = refusal(tmp_path, SMALLEST + f"[limits]\n{key} = {value}\n")
        assert f"limits: {key}: write a number" in found


def test_a_larger_message_than_can_be_read_is_not_promised(tmp_path: Path) -> None:
    """What the parser would refuse anyway cannot be written as the limit."""
    found = refusal(tmp_path, SMALLEST + "[limits]\nmessage_size_mb = 100\n")
    assert "limits: message_size_mb: write a number of megabytes from 1 to 70" in found
    assert ParseLimits().max_bytes >= MOST_MEGABYTES * 1024 * 1024


def test_a_trusted_sender_needs_a_proof(tmp_path: Path) -> None:
    """An address alone is anybody's; a proof by the border needs the border's id; places are headers or lines."""
    sender = '[[trusted_senders]]\nname = "form"\naddress = "forms@harbour.example"\nchannel = "web"\n'
    assert "an address alone can be forged" in refusal(tmp_path, SMALLEST + sender)
    assert "border.authserv_id" in refusal(tmp_path, SMALLEST + sender + "authenticated = true\n")
    wrong = sender + 'networks = ["192.0.2.0/24"]\nperson_address = "Reply-To"\n'
    assert 'person_address: write "header:Reply-To"' in refusal(tmp_path, SMALLEST + wrong)
    assert "networks" in refusal(tmp_path, SMALLEST + sender + 'networks = ["192.0.2.0/99"]\n')


def test_the_junk_folder_is_no_other_folder(tmp_path: Path) -> None:
    """A folder has one role."""
    assert "each folder once" in refusal(tmp_path, SMALLEST + '[mailbox.folders]\njunk = "INBOX"\n')


def test_check_warns_where_no_border_says_who_is_genuine() -> None:
    """The warning names the key and what to write; once it is written there is none."""
    unguarded = border_finding(sample_config())
    assert "write [border] authserv_id" in (unguarded.warning or "")
    assert unguarded.trouble is None
    guarded = border_finding(replace(sample_config(), border=Border(authserv_id="mx.harbour.example")))
    assert (guarded.warning, guarded.trouble) == (None, None)


def test_answers_of_owners_are_passed_on_only_where_their_proof_is_at_hand(tmp_path: Path) -> None:
    """The border's id, the file of people, and a mailbox to which replies come; each is named with what to write."""
    passing = SMALLEST.replace("[[mailbox]]", "[[mailbox]]\nrelay_replies = true")
    border, people = '[border]\nauthserv_id = "mx.harbour.example"\n', '[paths]\nservices = "services.toml"\n'
    assert "border.authserv_id: write it, because mailbox" in refusal(tmp_path, passing + people)
    assert "paths.services: write it, because mailbox" in refusal(tmp_path, passing + border)
    marked = passing.replace("relay_replies", 'internal_marks = ["X-From-Within: yes"]\nrelay_replies')
    (found,) = read(tmp_path, marked + people).mailbox
    assert (found.relay_replies, found.internal_marks) == (True, ("X-From-Within: yes",))
    nameless = "[border]\nunnamed_results = true\n"
    assert read(tmp_path, passing + people + nameless).border.id == UNNAMED
    both = nameless + 'authserv_id = "mx.harbour.example"\n'
    assert "border: unnamed_results: write false" in refusal(tmp_path, SMALLEST + both)
    assert "takes every other off mail" in (border_finding(read(tmp_path, SMALLEST + nameless)).warning or "")
    for wrong in ("X-From-Within", "X-From-Within:", "X-From-Within: *", "X From: yes", "X-From-Within: a*b"):
        assert "internal_marks: write fields with their values" in refusal(
            tmp_path, marked.replace("X-From-Within: yes", wrong)
        )
    (warned,) = internal_findings(read(tmp_path, marked + people))
    assert "make sure that your server takes them off" in (warned.warning or "")
    elsewhere = passing.replace("relay_replies", 'reply_to = "other@harbour.example"\nrelay_replies')
    assert "reply_to: write nothing, because" in refusal(tmp_path, elsewhere + border + people)
    assert "border: footers: write the first words" in refusal(tmp_path, SMALLEST + '[border]\nfooters = ["This"]\n')
