"""Settings: each is documented with its default, and a wrong one is named without its value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sightline.server.settings import Settings, SettingsError, load_settings, variable

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `(SIGHTLINE_[A-Z_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def test_every_setting_is_documented_with_its_default() -> None:
    """A setting that nobody can read about does not exist."""
    documented = {name: default.strip("`") for name, default, _ in ROW.findall(DOCUMENTATION.read_text())}
    assert list(documented) == [variable(name) for name in Settings.model_fields]
    for name, declared in Settings.model_fields.items():
        default = declared.default
        if isinstance(default, bool):
            assert documented[variable(name)] == str(default).lower()
        elif isinstance(default, tuple) and default:
            assert documented[variable(name)] == ",".join(default)
        elif default not in (None, ()):
            assert documented[variable(name)] == str(default)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("WORKERS", "0"),
        ("DEADLINE_SECONDS", "nan"),
        ("LOG_FORMAT", "xml"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://*.example.com"),
        ("ALLOWED_ORIGINS", "https://app.example.com/"),
        ("ALLOWED_ORIGINS", "shop.test"),
        ("ALLOWED_ORIGINS", "https://Shop.test"),
        ("ALLOWED_ORIGINS", "null"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Values may be secrets: the message has none."""
    monkeypatch.setenv(f"SIGHTLINE_{name}", value)
    with pytest.raises(SettingsError, match=f"^SIGHTLINE_{name} cannot be used: [^\n]+$") as raised:
        load_settings()
    assert value == "*" or value not in str(raised.value).removeprefix("SIGHTLINE_")


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several, with spaces or without; a port is part of an origin."""
    monkeypatch.setenv("SIGHTLINE_ALLOWED_ORIGINS", "https://app.example.com, http://localhost:3000")
    assert load_settings().allowed_origins == ("https://app.example.com", "http://localhost:3000")


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """GOAL21: a logged settings object gives nothing away."""
    monkeypatch.setenv("SIGHTLINE_SECRET_KEY", "hidden" * 10)
    monkeypatch.setenv("SIGHTLINE_DATABASE_URL", "postgresql://owner:hidden@localhost/sightline")
    assert "hidden" not in repr(load_settings())


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`SIGHTLINE_DATABASE_URL=` means the embedded database."""
    monkeypatch.setenv("SIGHTLINE_DATABASE_URL", "")
    assert load_settings().database_url is None
