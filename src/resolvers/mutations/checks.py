"""What many mutations ask of their input, each said once."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from sightline.db.countries import is_country
from sightline.resolvers.mutations.refusals import InvalidError

LONGEST_NAME = 100
LONGEST_TEXT = 10_000

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,185}\.[^@\s.]{2,63}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_URL = re.compile(r"https?://[^\s/]+(/\S*)?", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_PIXELS = 10_000
MOST_MONEY = Decimal(10) ** 12


def name(given: str, *path: str) -> str:
    """A name without blanks around it, printable, of 1 to 100 characters."""
    text = given.strip()
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise InvalidError(f"A name has 1 to {LONGEST_NAME} characters that can be printed.", *path)
    return text


def optional_name(given: str | None, *path: str) -> str | None:
    """A short text; blank is none."""
    return None if given is None or not given.strip() else name(given, *path)


def country(given: str | None, *path: str) -> str | None:
    """An ISO 3166 code of a country; blank is none."""
    code = optional_name(given, *path)
    if code is not None and not is_country(code):
        raise InvalidError("A country is two capitals, such as SE (ISO 3166).", *path)
    return code


def text(given: str | None, *path: str) -> str | None:
    """A longer text; blank is none."""
    if given is None or not given.strip():
        return None
    if len(given) > LONGEST_TEXT or "\0" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        raise InvalidError(f"A text has at most {LONGEST_TEXT} characters, and none that cannot be stored.", *path)
    return given.strip()


def email(given: str, *path: str) -> str:
    """An e-mail address in lower case."""
    address = given.strip().lower()
    if not _ADDRESS.fullmatch(address) or not address.isprintable():
        raise InvalidError("That is no e-mail address: give one such as ana@example.com.", *path)
    return address


def currency(given: str, *path: str) -> str:
    """An ISO 4217 code."""
    if not _CURRENCY.fullmatch(given):
        raise InvalidError("A currency is three capitals, such as EUR (ISO 4217).", *path)
    return given


def url(given: str | None, *path: str) -> str | None:
    """An address on the web; blank is none."""
    if given is None or not given.strip():
        return None
    if len(given) > 2_000 or not _URL.fullmatch(given.strip()):
        raise InvalidError("A web address begins with http:// or https://.", *path)
    return given.strip()


def needed(given: str | None, *path: str) -> str:
    """A longer text that must be there."""
    found = text(given, *path)
    if found is None:
        raise InvalidError("Something has to be written here.", *path)
    return found


def pixels(given: int | None, *path: str) -> int | None:
    """A width or height, or none."""
    if given is not None and not 1 <= given <= MOST_PIXELS:
        raise InvalidError(f"A size is from 1 to {MOST_PIXELS} pixels.", *path)
    return given


def slug(given: str, *path: str) -> str:
    """A name in addresses: small letters, digits and single hyphens between them."""
    if len(given) > LONGEST_NAME or not _SLUG.fullmatch(given):
        raise InvalidError("A name in addresses is of small letters and digits, such as about-us.", *path)
    return given


def amount(given: Decimal, *path: str) -> Decimal:
    """An amount of money: at most four decimals, and of a size that can be stored (N41)."""
    exponent = given.as_tuple().exponent
    if not given.is_finite() or abs(given) >= MOST_MONEY or (isinstance(exponent, int) and exponent < -4):
        raise InvalidError("An amount has at most four decimals, and is below 1,000,000,000,000.", *path)
    return given + 0


def not_negative(given: Decimal | None, *path: str, message: str = "This amount is not below zero.") -> Decimal | None:
    """An amount of money that is zero or more, or no amount."""
    found = None if given is None else amount(given, *path)
    if found is not None and found < 0:
        raise InvalidError(message, *path)
    return found


def percent(given: Decimal | None, *path: str) -> Decimal | None:
    """Percent from 0 to 100 with at most six decimals, or none."""
    if given is None:
        return None
    exponent = given.as_tuple().exponent
    if not given.is_finite() or not 0 <= given <= 100 or (isinstance(exponent, int) and exponent < -6):
        raise InvalidError("A percentage is from 0 to 100, with at most six decimals.", *path)
    return given


def future(given: datetime | None, clock: datetime, *path: str) -> datetime | None:
    """A moment that is still to come, or none."""
    if given is not None and given <= clock:
        raise InvalidError("This moment has passed: give one that is still to come.", *path)
    return given
