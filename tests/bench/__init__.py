"""How fast mailbot is: a program, not tests. ``python -m tests.bench --help``; what it says is in docs/performance.md."""
