"""What an operator can set: environment variables `SIGHTLINE_*`, and the same lines in a file `.env`.

Every setting is documented in docs/settings.md; a test compares the two.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sightline.server.identity.algorithms import ALGORITHMS
from sightline.server.identity.clients import Clients
from sightline.server.identity.urls import is_safe_url
from sightline.server.logs import LogFormat
from sightline.server.mail.carriers import MailTls
from sightline.server.mail.letters import is_address

PREFIX = "SIGHTLINE_"

Texts = Annotated[tuple[str, ...], NoDecode]
"""Several texts, separated by commas."""

_ORIGIN = re.compile(r"https?://([0-9a-z.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


_Kind = TypeVar("_Kind", bound=BaseSettings)


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what is expected, without its value."""


class Settings(BaseSettings):
    """The settings of one installation, read once per process. Secrets do not show in its repr."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: SecretStr | None = Field(None, description="URL of the database's owner.")
    data_dir: Path | None = Field(None, description="Where the embedded PostgreSQL and the secret file are.")
    secret_key: SecretStr | None = Field(None, description="The root secret, at least 32 characters.")
    demo: bool = Field(False, description="Whether this is the demo.")
    skip_console: bool = Field(False, description="Whether to do without the console, when built and when served.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=1, le=65_535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="How many processes serve.")
    max_connections: int = Field(1_000, ge=1, description="Connections one process serves at once.")
    read_connections: int = Field(8, ge=1, le=1_000, description="Database connections for queries, each process.")
    write_connections: int = Field(4, ge=1, le=1_000, description="Database connections for mutations, each process.")
    deadline_seconds: float = Field(10.0, gt=0, le=300, description="Longest time one operation may take.")
    drain_seconds: int = Field(10, ge=0, le=300, description="How long a stopping process finishes what it began.")
    cost_capacity: int = Field(10_000, ge=10_000, description="Cost a caller may have spent at once, each process.")
    cost_per_second: int = Field(1_000, ge=1, description="Cost that is restored to a caller each second.")
    import_megabytes: int = Field(64, ge=1, le=4_096, description="The largest file that can be sent for an import.")
    run_schedules: bool = Field(True, description="Whether its processes run schedules of reports.")
    smallest_group: int = Field(0, ge=0, le=1_000, description="Fewest conversions of a figure for readers of sums.")
    most_exports: int = Field(20, ge=1, le=1_000, description="Exports that one person may have waiting or running.")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="`console` for people, `json` for programs.")
    metrics_token: SecretStr | None = Field(None, min_length=16, description="With which /metrics is asked.")
    allowed_origins: Texts = Field((), description="Origins of other sites' pages.")
    public_url: str | None = Field(None, description="This site's origin, as browsers have it.")
    trusted_proxies: Texts = Field(("127.0.0.0/8", "::1"), description="Proxies whose X-Forwarded-For is believed.")
    smtp_host: str | None = Field(None, description="The server that takes our mail.")
    smtp_port: int = Field(587, ge=1, le=65_535, description="Its port.")
    smtp_tls: MailTls = Field(MailTls.STARTTLS, description="How the way there is encrypted.")
    smtp_user: str | None = Field(None, description="Whom to log in as there.")
    smtp_password: SecretStr | None = Field(None, description="With which password.")
    mail_from: str | None = Field(None, validate_default=True, description="The address mails come from.")
    registration: bool = Field(False, description="Whether people may make themselves users.")
    most_registrations: int = Field(100, ge=1, le=100_000, description="Registrations in a quarter of an hour.")
    oidc_issuer: str | None = Field(None, description="The identity provider, exactly as its tokens name it.")
    oidc_audience: str | None = Field(None, validate_default=True, description="Whom its tokens must be for.")
    oidc_jwks_url: str | None = Field(None, description="Where its keys are.")
    oidc_algorithms: Texts = Field(("RS256", "ES256"), description="How its tokens may be signed.")
    oidc_types: Texts = Field(("at+jwt",), description="What its tokens may say they are.")
    oidc_subject_claim: str = Field("sub", min_length=1, max_length=128, description="The claim that identifies.")
    oidc_match_email: bool = Field(False, description="Whether verified addresses identify too.")

    @field_validator("allowed_origins", "trusted_proxies", "oidc_algorithms", "oidc_types", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError("give exact origins such as https://app.example.com, separated by commas; no patterns")
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is not None and not _ORIGIN.fullmatch(value):
            raise ValueError("give an origin such as https://sightline.example.com, without a path")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            Clients.behind(value)
        except ValueError:
            raise ValueError("give addresses or networks such as 10.0.0.0/8, separated by commas") from None
        return value

    @field_validator("smtp_password")
    @classmethod
    def _not_in_the_clear(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("smtp_tls") is MailTls.NONE:
            raise ValueError("a password needs SIGHTLINE_SMTP_TLS to be starttls or tls")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None and info.data.get("smtp_host") is not None) or (value is not None and not is_address(value)):
            raise ValueError("mail needs an address to come from, such as sightline@example.com")
        return value

    @field_validator("registration")
    @classmethod
    def _by_mail(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("smtp_host") is None and not info.data.get("demo"):
            raise ValueError("registering needs mail: set SIGHTLINE_SMTP_HOST and SIGHTLINE_MAIL_FROM")
        return value

    @field_validator("oidc_issuer", "oidc_jwks_url")
    @classmethod
    def _unchangeable(cls, value: str | None) -> str | None:
        if value is not None and not is_safe_url(value):
            raise ValueError("give an address with https")
        return value

    @field_validator("oidc_audience")
    @classmethod
    def _audience(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("oidc_issuer") is not None:
            raise ValueError("with an issuer, say whom its tokens must be for")
        return value

    @field_validator("oidc_algorithms")
    @classmethod
    def _signatures(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not ALGORITHMS.issuperset(value):
            raise ValueError(f"give some of {', '.join(sorted(ALGORITHMS))}, separated by commas")
        return value

    @field_validator("oidc_types")
    @classmethod
    def _types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        types = tuple(each.lower().removeprefix("application/") for each in value)
        if not types or not {"at+jwt", "jwt"}.issuperset(types):
            raise ValueError("give at+jwt or JWT or both, separated by commas")
        return types


class _Logging(BaseSettings):
    """How the log is written, and nothing else."""

    model_config = Settings.model_config

    log_format: LogFormat = LogFormat.CONSOLE


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment and `.env`; an override that is not None wins. Raises SettingsError."""
    return _loaded(Settings, **{name: value for name, value in overrides.items() if value is not None})


def load_log_format() -> LogFormat:
    """How the log is written, whatever the others are: an option of a command may be what they need."""
    return _loaded(_Logging).log_format


def _loaded(kind: type[_Kind], **overrides: Any) -> _Kind:
    try:
        return kind(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "".join(str(part) for part in first["loc"][:1]).upper()
        said = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{PREFIX}{name} cannot be used: {said[0].lower()}{said[1:]}.") from None
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8: save it as UTF-8.") from None


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def exposed(secret: SecretStr | None) -> str | None:
    """The text of a secret setting, None where it is not set."""
    return None if secret is None else secret.get_secret_value()
