"""Where the command `sightline` begins: before anything of it is imported."""

from __future__ import annotations

from sightline.server.memory import while_it_is_made


def main() -> None:
    """Run the command and exit with its code."""
    with while_it_is_made():
        from sightline.server.cli import main as command
    command()
