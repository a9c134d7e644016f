"""What signing in and registering write: attempts, passwords, sessions, tokens, mail, last uses. No rule is decided."""
