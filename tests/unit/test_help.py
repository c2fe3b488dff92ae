"""``mailbot --help`` answers at once: it loads the commands and not what they need when they run."""

import subprocess
import sys

ONLY_FOR_WORK = (
    "spacy",
    "numpy",
    "sqlalchemy",
    "pydantic",
    "holidays",
    "mailbot.app",
    "mailbot.config",
    "mailbot.adapters",
    "mailbot.pipeline",
    "mailbot.core.policy",
    "mailbot.core.classify",
    "mailbot.core.calendar",
    "mailbot.core.quoting",
    "mailbot.core.evidence",
)


def test_help_loads_nothing_that_only_work_needs() -> None:
    """Neither libraries of the daemon nor our own policy, classifier or calendar are loaded to print the list of commands."""
    program = (
        "import sys; from mailbot.cli import main\n"
        "sys.argv = ['mailbot', '--help']\n"
        "try: main.main()\nexcept SystemExit: pass\n"
        f"print(sorted(set({ONLY_FOR_WORK!r}) & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "classify" in ran.stdout
    assert ran.stderr.strip() == "[]"
