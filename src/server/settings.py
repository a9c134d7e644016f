"""What an operator can set: environment variables `SIGHTLINE_*`, and the same lines in a file `.env`.

Every setting is documented in docs/settings.md; a test compares the two.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sightline.server.logs import LogFormat

PREFIX = "SIGHTLINE_"

_ORIGIN = re.compile(r"https?://([0-9a-z.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


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
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="`console` for people, `json` for programs.")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field((), description="Origins of other sites' pages.")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ORIGIN.fullmatch(origin) for origin in value):
            raise ValueError("give exact origins such as https://app.example.com, separated by commas; no patterns")
        return value


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment and `.env`; an override that is not None wins. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "".join(str(part) for part in first["loc"][:1]).upper()
        said = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{PREFIX}{name} cannot be used: {said[0].lower()}{said[1:]}.") from None


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def exposed(secret: SecretStr | None) -> str | None:
    """The text of a secret setting, None where it is not set."""
    return None if secret is None else secret.get_secret_value()
