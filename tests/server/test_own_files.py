"""Directories of a process: gone with it, and after a kill with the next start; those of others stay."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sightline.server.own_files import own_directory, remove_left_over

PROGRAM = """
import sys, time
from sightline.server.own_files import own_directory
with own_directory("import") as made:
    (made / "upload.csv").write_text("order")
    print(made, flush=True)
    time.sleep(600)  # until it is killed
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files lie in a test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_goal24_what_a_killed_process_left_is_removed_at_the_next_start(place: Path) -> None:
    """GOAL24: and not a moment earlier."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        made = Path(process.stdout.readline().strip())
        assert remove_left_over() == 0
        assert (made / "upload.csv").exists()
        process.kill()
    assert made.exists()
    assert remove_left_over() == 1
    assert not list(place.iterdir())


def test_goal24_what_is_not_surely_ours_stays(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """GOAL24: what somebody works with, what has no lock or another name, what others may write to, and links."""
    elsewhere = tmp_path_factory.mktemp("elsewhere", numbered=True)
    (elsewhere / "lock").touch()
    elsewhere.chmod(0o700)
    (place / "sightline-link").symlink_to(elsewhere)
    (place / "sightline-unlocked").mkdir(0o700)
    (place / "sightline-a-file").touch()
    for name, mode in (("sightline-open", 0o770), ("other-import", 0o700)):
        (place / name).mkdir()
        (place / name).chmod(mode)
        (place / name / "lock").touch()
    (place / "sightline-linked-lock").mkdir(0o700)
    (place / "sightline-linked-lock" / "lock").symlink_to(elsewhere / "lock")
    with own_directory("export") as mine:
        before = set(place.rglob("*"))
        assert remove_left_over() == 0
        assert set(place.rglob("*")) == before
    assert not mine.exists()
