"""What signing in writes: attempts, passwords, sessions, tokens sent by mail, mail, last uses. No rule is decided here."""
