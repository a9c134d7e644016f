"""What signing in writes: attempts, passwords, sessions, mailed tokens, mail, last uses. No rule is decided here."""
