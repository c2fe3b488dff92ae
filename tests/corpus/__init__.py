"""Tests on real messages, where they are at hand."""
