"""Dovecot's files in a Maildir, as far as a test rewrites them while the server is stopped."""

from pathlib import Path


def renumber(folder: Path, validity: int, first_uid: int) -> None:
    """Give a Maildir another UIDVALIDITY and its messages new UIDs from ``first_uid`` on, in the order they had.

    ``dovecot-uidlist`` (version 3) opens with ``3 V<validity> N<next uid> G<folder id>``; then one line per message:
    ``<uid> <fields> :<file name>``. Raises FileNotFoundError when the folder was never selected.
    """
    uid_list = folder / "dovecot-uidlist"
    header, *lines = uid_list.read_text().splitlines()
    messages = [line.split(" ", 1)[1] for line in lines]
    folder_id = header.split()[-1]
    renumbered = [f"{uid} {message}" for uid, message in enumerate(messages, first_uid)]
    new_header = f"3 V{validity} N{first_uid + len(messages)} {folder_id}"
    uid_list.write_text("\n".join([new_header, *renumbered, ""]))
    for index in folder.glob("dovecot.index*"):
        index.unlink()
