"""The long tests: every place at which the daemon can be killed. ``make test-all`` runs them."""
