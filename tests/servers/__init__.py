"""Real servers for tests: Dovecot for IMAP, aiosmtpd for SMTP, each on ports of its own."""
