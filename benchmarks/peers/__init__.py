"""Servers that others wrote, over the same database: what is measured beside Sightline."""
