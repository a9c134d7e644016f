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
        ("PUBLIC_URL", "https://sightline.example.com/path"),
        ("PUBLIC_URL", "shop.test"),
        ("TRUSTED_PROXIES", "proxy.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("SMTP_TLS", "maybe"),
        ("MAIL_FROM", "Sightline <sightline@example.com>"),
        ("MAIL_FROM", "a@example.com, b@example.com"),
        ("OIDC_ISSUER", "http://issuer.example.com"),
        ("OIDC_ISSUER", "file:///etc/passwd"),
        ("OIDC_JWKS_URL", "https://user:hidden@issuer.example.com/jwks"),
        ("OIDC_ALGORITHMS", "none"),
        ("OIDC_ALGORITHMS", "RS256,HS256"),
        ("OIDC_ALGORITHMS", ","),
        ("OIDC_TYPES", "id+jwt"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Values may be secrets: the message has none."""
    monkeypatch.setenv(f"SIGHTLINE_{name}", value)
    with pytest.raises(SettingsError, match=f"^SIGHTLINE_{name} cannot be used: [^\n]+$") as raised:
        load_settings()
    assert value in "*," or value not in str(raised.value).removeprefix("SIGHTLINE_")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"SMTP_HOST": "mail.example.com"}, "MAIL_FROM"),
        ({"SMTP_TLS": "none", "SMTP_PASSWORD": "hidden"}, "SMTP_PASSWORD"),
        ({"OIDC_ISSUER": "https://issuer.example.com"}, "OIDC_AUDIENCE"),
    ],
)
def test_settings_that_need_another_say_so(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str) -> None:
    """A password in the clear, mail from nobody, an issuer whose every token would do: none is begun with."""
    for name, value in given.items():
        monkeypatch.setenv(f"SIGHTLINE_{name}", value)
    with pytest.raises(SettingsError, match=f"^SIGHTLINE_{named} cannot be used: [^\n]+$") as raised:
        load_settings()
    assert "hidden" not in str(raised.value)


def test_origins_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several, with spaces or without; a port is part of an origin."""
    monkeypatch.setenv("SIGHTLINE_ALLOWED_ORIGINS", "https://app.example.com, http://localhost:3000")
    assert load_settings().allowed_origins == ("https://app.example.com", "http://localhost:3000")


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """GOAL21: a logged settings object gives nothing away."""
    monkeypatch.setenv("SIGHTLINE_SECRET_KEY", "hidden" * 10)
    monkeypatch.setenv("SIGHTLINE_DATABASE_URL", "postgresql://owner:hidden@localhost/sightline")
    monkeypatch.setenv("SIGHTLINE_SMTP_PASSWORD", "hidden")
    assert "hidden" not in repr(load_settings())


def test_an_empty_setting_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`SIGHTLINE_DATABASE_URL=` means the embedded database."""
    monkeypatch.setenv("SIGHTLINE_DATABASE_URL", "")
    assert load_settings().database_url is None
