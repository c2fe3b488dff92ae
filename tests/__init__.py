"""The tests of mailbot, and the real servers they run against."""
