"""The daemon that is measured: ``python -m tests.bench.daemon CONFIG``.

It is the daemon of ``mailbot run``, but it says ``ready`` once its rules are loaded and waits for a line before it
starts, so that loading is not counted as work.
"""

import signal
import sys
from pathlib import Path

from mailbot.adapters.spacy_model import SpacyPhrases
from mailbot.app import load_policies
from mailbot.cli.logs import configure_logs
from mailbot.config import load
from mailbot.daemon import Daemon


def run(config_path: Path) -> None:
    """Serve until SIGTERM."""
    config = load(config_path, {})
    configure_logs(config.log.format, config.log.level)
    phrases = SpacyPhrases(load_policies(config).classes)
    daemon = Daemon(config, phrases=lambda _rules: phrases)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    print("ready", flush=True)
    sys.stdin.readline()
    daemon.start()
    signal.sigwait({signal.SIGTERM})
    daemon.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
