"""Measurements as a table for people and as JSON for comparing."""

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measured import END_TO_END, ONE_PROCESS, Measured


def show(measured: Sequence[Measured]) -> None:
    """Print the table and, as the last line, its summary."""
    table = Table(title=f"mailbot, {machine()}", title_justify="left")
    for name in ("what", "database"):
        table.add_column(name)
    for name in ("messages", "msg/s, median", "slowest to fastest", "own CPU, ms/msg", "peak RSS, MB"):
        table.add_column(name, justify="right")
    for one in measured:
        low, high = one.spread
        spread = f"{low:,.0f} to {high:,.0f}" if len(one.seconds) > 1 else ""
        memory = f"{one.peak_rss_mb:.0f}" if one.peak_rss_mb else ""
        table.add_row(one.what, one.database, f"{one.messages:,}", f"{one.rate:,.0f}", spread, f"{one.cpu_ms:.2f}", memory)
    Console(width=110).print(table)
    print(summary(measured))


def summary(measured: Sequence[Measured]) -> str:
    """The last line. Where both databases were measured it speaks of the first, where several sizes, of the first."""
    whole = next((one for one in measured if one.what in (END_TO_END, ONE_PROCESS)), None)
    others = [one for one in measured if one.what not in (END_TO_END, ONE_PROCESS)]
    steps = [one for one in others if whole is None or one.database == whole.database]
    parts = [f"{whole.what}: {whole.rate:.0f} msg/s"] if whole else []
    parts += [f"slowest step alone: {min(one.rate for one in steps):.0f} msg/s"] if steps else []
    parts += [f"peak RSS: {whole.peak_rss_mb:.0f} MB"] if whole else []
    return " · ".join(parts)


def machine() -> str:
    """What it ran on."""
    load = os.getloadavg()[0]
    return f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, load {load:.1f}"


def keep(measured: Sequence[Measured], folder: Path, at: datetime) -> Path:
    """Write everything that was measured into a new file below ``folder``; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at:%Y%m%d-%H%M%S}.json"
    content = {
        "at": at.isoformat(timespec="seconds"),
        "machine": machine(),
        "summary": summary(measured),
        "measured": [asdict(one) | {"rate": round(one.rate, 1)} for one in measured],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path
