"""What mails say: plain text, without anything that somebody else could have written into them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime

from sightline.db.report_schedules import Delivered
from sightline.db.tables.enums import MailKind

# What can stand in a header as it is. Neither a line break nor a comma can, so an address is one address.
_SAFE_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

_FOOTER = "You get this mail because somebody uses this address at Sightline. Nobody reads answers to it."

_WHY_NOT = {
    "COLUMN_RESTRICTED": "It names something that is not there for you, or not any more. Open it: you are told what.",
    "NOT_FOUND": "It is no longer shared with you.",
}
_WHY_ELSE = "As it is it can no longer be answered. Open it and run it: you are told why."


class AddressError(Exception):
    """A mail cannot be addressed so."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes mails. `sender` is the From address, `site` this site's URL, without which a mail has the bare code."""

    sender: str
    site: str | None

    def write(
        self, kind: MailKind, to: str, *, number: int, token: str | None, about: Delivered | None = None
    ) -> EmailMessage:
        """One mail, `about` a delivery where it tells of one. Raises AddressError for one that no header may have."""
        subject, paragraphs = self._content(kind, token, about)
        message = EmailMessage(policy=SMTP)
        message["From"] = Address("Sightline", addr_spec=_checked(self.sender))
        message["To"] = Address(addr_spec=_checked(to))
        message["Subject"] = subject
        message["Date"] = format_datetime(localtime())
        # The same for every attempt, so that a mail that arrives twice can be known.
        message["Message-ID"] = f"<{number}.{kind.value.lower()}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n\n".join((*paragraphs, _FOOTER)) + "\n")
        return message

    def _content(self, kind: MailKind, token: str | None, about: Delivered | None) -> tuple[str, tuple[str, ...]]:
        match kind:
            case MailKind.RESET_PASSWORD:
                return "Set a new password", (
                    "Somebody, probably you, asked to set a new password.",
                    self._how("reset", token),
                    "This works once, within an hour. If it was not you, do nothing: your password stays as it is.",
                )
            case MailKind.VERIFY_EMAIL:
                return "Is this your address?", (
                    "Confirm that this address is yours.",
                    self._how("verify", token),
                    "This works once, within three days. If you do not know what this is about, do nothing.",
                )
            case MailKind.PASSWORD_CHANGED:
                return "Your password was changed", (
                    "Your password was changed, and you were signed out everywhere.",
                    "If it was not you, set a new one at once and tell your administrator.",
                )
            case MailKind.ACCOUNT_TRANSFERRED:
                return "An affiliate account has another owner", (
                    "An affiliate account of a company that you own was moved to another company, or to none.",
                    "Where it was paid until then has ended. If you do not expect this, sign in and ask who did it.",
                )

            case MailKind.REPORT_READY:
                return "A report is ready", (
                    f"{_named(about)} was run, and waits for you for a week.",
                    "Fetch it: it is computed with the rights that you have then, and for nobody else.",
                    self._where_reports_are(),
                )
            case MailKind.REPORT_REFUSED:
                return "A scheduled report is not delivered", (
                    f"{_named(about)} was due, and could not be run for you.",
                    _WHY_NOT.get(about.error or "", _WHY_ELSE) if about else _WHY_ELSE,
                    "It is tried again each time it is due. You are not told again while the reason is the same.",
                    self._where_reports_are(),
                )
            case MailKind.REGISTRATION:
                return "Finish creating your account", (
                    "Somebody, probably you, wants to create an account with this address.",
                    self._how("register", token),
                    "You are asked for the password that was chosen then. This works once, within a day.",
                    "If it was not you, do nothing: no account is made.",
                )
            case MailKind.ALREADY_REGISTERED:
                return "You have an account already", (
                    "Somebody, probably you, wanted to create an account with this address. There is one already.",
                    "Sign in as you always do, or have a link sent there to set a new password.",
                    "If it was not you, do nothing: your account stays as it is.",
                )
            case MailKind.INVITATION:
                return "You are invited", (
                    "Somebody invites this address to work with them at Sightline.",
                    "Sign in with this address, look who it is and what it is for, and accept or decline.",
                    self._how("invitation", token),
                    "This works once, within a week. If you do not know what this is about, do nothing.",
                )

    def _where_reports_are(self) -> str:
        if self.site is None:
            return "Sign in: it is in Reports, under Saved reports."
        return f"It is under Saved reports:\n{self.site}/reports"

    def _how(self, what: str, token: str | None) -> str:
        if self.site is None:
            return f"Enter this code: {token}"
        # Behind the hash, the token is not sent to any server by opening the link, so no log on the way has it.
        return f"Open this link:\n{self.site}/#{what}={token}\n\nOr enter this code: {token}"


def _named(about: Delivered | None) -> str:
    """A report that its reader scheduled. Only one that he named himself has its name: others could write to him."""
    return "A report that you scheduled" if about is None or about.name is None else f'Your report "{about.name}"'


def _checked(address: str) -> str:
    if not _SAFE_ADDRESS.fullmatch(address):
        raise AddressError("the address has characters that mail cannot carry")
    return address


def is_address(text: str) -> bool:
    """Whether mail can be sent to or from an address."""
    return _SAFE_ADDRESS.fullmatch(text) is not None
