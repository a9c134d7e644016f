"""Secrets of others that are kept to be read again, such as where an account is paid: encrypted at rest."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from sightline.db.secrets import Secrets


class SealedElsewhereError(Exception):
    """A sealed text was made with another secret, or belongs to another row: the installation's secret was changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Vault:
    """Seals texts with AES-SIV, each for the row it stands in: moved to another row, it does not open."""

    sealer: AESSIV

    @classmethod
    def of(cls, secrets: Secrets) -> Vault:
        """The vault of an installation."""
        return cls(AESSIV(secrets.derive("vault", length=64)))

    def seal_payout_details(self, text: str, *, account: int, company: int) -> bytes:
        """What `payout_method.details` holds for a destination of this account and company."""
        return self.sealer.encrypt(text.encode(), _owner(account, company))

    def open_payout_details(self, sealed: bytes, *, account: int, company: int) -> str:
        """The destination. Raises SealedElsewhereError for one sealed for others, or with another secret."""
        try:
            return self.sealer.decrypt(sealed, _owner(account, company)).decode()
        except InvalidTag as error:
            raise SealedElsewhereError("a payout method cannot be opened with this installation's secret") from error


def _owner(account: int, company: int) -> list[bytes]:
    return [b"payout method", str(account).encode(), str(company).encode()]
