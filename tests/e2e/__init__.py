"""Stories from the first byte on the IMAP server to the letter that a customer receives, with real servers."""
