"""The whole life of a partnership, lived through the API by the demo cast, each step looked at by eight viewers.

The steps and their tables are typed by hand from the rules. What is read with SQL are ids of the demo; what is written
with SQL is one setting, which no mutation sets.
"""

from __future__ import annotations

from demo_platform import Platform
from front_door import FrontDoor
from partnership_beginning import (
    applies_to_a_program,
    invites_a_collaborator_who_accepts,
    is_approved_by_the_advertiser,
    is_given_a_plan,
    makes_an_organization_with_a_profile_and_a_source,
    opens_an_account_that_a_manager_approves,
    says_where_it_is_paid,
    somebody_registers,
)
from partnership_earning import (
    changes_hands_by_two_people,
    has_its_sales_decided,
    is_owed_money,
    is_paid,
    is_reported_without_payouts,
    loses_its_collaborator,
    sells,
)
from partnership_story import Story


async def test_the_whole_life_of_a_partnership(town: Platform, door: FrontDoor) -> None:
    """A1, A2, A3, A10, A14, A18, A20, A22, L3, L7, L8, L9, K6, K12, K13, K15, K16, SM1, SM2, SM3, SM4, SM5, SM8, AC2.

    AC9, AC9b, AC10, C-07, C-12, C-18, DR16, RC1, RC6, RC7, LK14: each where it belongs in the story, and all together.
    Its OWNER is of its organization too, and has by the one path what the other does not show (AC2): order numbers.
    """
    story = Story.on(town)
    await somebody_registers(story, door)
    await makes_an_organization_with_a_profile_and_a_source(story)
    await opens_an_account_that_a_manager_approves(story)
    await says_where_it_is_paid(story)
    await invites_a_collaborator_who_accepts(story, door)
    await applies_to_a_program(story)
    await is_approved_by_the_advertiser(story)
    await is_given_a_plan(story)
    await sells(story)
    await has_its_sales_decided(story)
    await is_owed_money(story)
    await is_paid(story)
    await changes_hands_by_two_people(story)
    await loses_its_collaborator(story)
    await is_reported_without_payouts(story)
    assert story.denied >= story.granted
