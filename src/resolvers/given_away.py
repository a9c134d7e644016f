"""What somebody computes in a lens from what he reads there and on entities: amounts that are hidden from him (RC7)."""

from __future__ import annotations

from dataclasses import replace

from sightline.authz.classes import FieldClass
from sightline.authz.paths import Paths
from sightline.authz.reports.exposure import Exposed, exposed
from sightline.authz.reports.inference import space_of_built_in
from sightline.authz.reports.lenses import Lens
from sightline.authz.visibility import DENY
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Services

_ON_ENTITIES = {FieldClass.COMMISSION_RATE: "commission_plan", FieldClass.PAYOUT_INVOICE: "payout_invoice"}


def given_away(services: Services, principal: Principal, lens: Lens) -> Exposed | None:
    """The amounts that follow for him, or None. Raises ColumnRestrictedError for a lens that he does not have."""
    opened = services.desk.open(principal, lens)
    # The path of a lens is as no list has narrowed it.
    sees = services.visibilities.of(Paths((opened.path,)))
    read = {each for each, entity in _ON_ENTITIES.items() if sees.decide_classes(entity, frozenset({each})) != DENY}
    return exposed(space_of_built_in(), replace(opened.reader, classes=opened.reader.classes | read))
