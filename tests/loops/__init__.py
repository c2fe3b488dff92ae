"""Loops and floods: letters stay under the cap and stop, and every person among them has a case."""
