"""Tests of the words that leave."""
