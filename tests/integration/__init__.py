"""Tests of adapters against the real thing: a database, a server."""
