"""Proving who one is: keys and cookies, tokens of an identity provider, passwords, tokens sent by mail."""
