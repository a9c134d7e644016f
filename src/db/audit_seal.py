"""The seal of the audit log: the head of its chain, signed, in a file outside the database."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

import orjson

from sightline.db.audit import Head
from sightline.db.secrets import Secrets

FILE = "audit-seal"
_PURPOSE = "audit seal"


class SealError(Exception):
    """The seal does not hold; the message says what to do."""


def write_seal(directory: Path, head: Head, *, secrets: Secrets) -> Path:
    """Write the seal, whole or not at all; returns its file."""
    path, aside = directory / FILE, directory / f".{FILE}-{os.getpid()}"
    content = {"records": head.records, "hash": head.hash.hex(), "signature": _signature(head, secrets).hex()}
    directory.mkdir(parents=True, exist_ok=True)
    with aside.open("wb") as file:
        file.write(orjson.dumps(content))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return path


def read_seal(directory: Path, *, secrets: Secrets) -> Head | None:
    """The sealed head, None where nothing was sealed. Raises SealError for a seal that this secret did not sign."""
    path = directory / FILE
    try:
        content = orjson.loads(path.read_bytes())
        head = Head(int(content["records"]), bytes.fromhex(content["hash"]))
        signature = bytes.fromhex(content["signature"])
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError, OverflowError):
        raise _broken(path) from None
    if not hmac.compare_digest(signature, _signature(head, secrets)):
        raise _broken(path)
    return head


def _signature(head: Head, secrets: Secrets) -> bytes:
    return hmac.digest(secrets.derive(_PURPOSE), b"%d %s" % (head.records, head.hash), hashlib.sha256)


def _broken(path: Path) -> SealError:
    return SealError(
        f"{path} was changed, or signed with another secret: put back a copy of it, or the secret it was signed with."
    )
