"""The installation that the tests run: its secret, from which the tokens of the demo cast and all sealing follow."""

from __future__ import annotations

from typing import Final

from sightline.db.secrets import Secrets

SECRETS: Final = Secrets(b"the secret of the tests, which is no secret")
