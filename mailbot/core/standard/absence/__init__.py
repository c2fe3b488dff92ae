"""Automatic replies of staff who are away, held against a standard (J4, J9, F19): judged over values, never guessed."""
