"""One technology per module, behind the protocols of ``mailbot.ports``."""
