"""The whole service on one machine with invented mail: in-process IMAP and SMTP servers, SQLite, a live table."""
