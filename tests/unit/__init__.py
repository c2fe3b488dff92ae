"""Tests of single values and steps: no server, no database."""
