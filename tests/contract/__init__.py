"""Tests of what other parts rely on."""
