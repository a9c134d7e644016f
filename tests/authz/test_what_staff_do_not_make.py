"""What no permission of staff makes, so that an import through the API cannot make it either."""

from __future__ import annotations

import pytest

from sightline.authz.paths import PathKind
from sightline.authz.verbs import VERBS


@pytest.mark.parametrize(
    "verb",
    ["partner_profile:create", "traffic_source:create", "affiliate_account:create", "enrollment:apply"],
)
def test_a15_c11_staff_make_nothing_of_the_partner_s(verb: str) -> None:
    """A15, C-11, A20: profiles, sources, accounts and applications are the partner's own to make, whoever imports."""
    (rule,) = [each for each in VERBS if each.verb == verb]
    assert PathKind.PLATFORM not in rule.holds
