"""The daemon that is measured: ``python -m tests.bench.daemon CONFIG true``, or ``false`` to read in the daemon itself.

It is the daemon of ``mailbot run``, but it says ``ready`` once its rules are loaded and waits for a line before it
starts, so that loading is not counted as work.
"""

import signal
import sys
import time
from pathlib import Path


def run(config_path: Path, child_process: str) -> None:
    """Serve until SIGTERM."""
    # here, as in the command line: the process that reads imports this module again
    from mailbot.app import reader_of
    from mailbot.cli.logs import configure_logs
    from mailbot.config import load
    from mailbot.daemon import Daemon
    from mailbot.runner import keep_memory_together, spare_the_collector

    keep_memory_together()  # as ``mailbot run`` does
    config = load(config_path, {"MAILBOT_PROCESSING__CHILD_PROCESS": child_process})
    configure_logs(config.log.format, config.log.level)
    daemon = Daemon(config, reader=lambda _rules: reader)
    reader = reader_of(config, daemon._policies.reading)  # the same rules, as ``mailbot run`` keeps them once
    while reader.read([b"Subject: Is the classifier there?\n\n"])[0].opinion is None:
        time.sleep(0.1)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    print("ready", flush=True)
    sys.stdin.readline()
    spare_the_collector()  # as ``mailbot run`` does
    daemon.start()
    signal.sigwait({signal.SIGTERM})
    daemon.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
