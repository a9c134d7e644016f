"""Mutations of programs."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.db.tables.enums import CommissionModel, ProductLine, ProgramStatus
from sightline.resolvers.mutations import program_goals, programs
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.scalars import CurrencyCode

_PROGRAM = id_of("The program.")

MUTATIONS: Final = (
    Mutation(
        "create_program",
        verb="program:create",
        description="Make a program of an advertiser, as a draft.",
        takes={
            "advertiser_profile": id_of("The advertiser whose program it is."),
            "name": given(str, "What it is called; each of an advertiser's programs has a name of its own."),
            "currency": given(CurrencyCode, "The currency of its amounts."),
            "commission_model": given(CommissionModel, "Who pays its partners."),
            "product_line": given(ProductLine, "The licensed line it belongs to."),
            "description": optional(str, "What is offered."),
            "share_sale_amount": optional(bool, "Whether partners see what customers paid."),
        },
        gives={"program": "program"},
        work=programs.create_program,
    ),
    Mutation(
        "edit_program",
        verb="program:edit",
        description="Change a program.",
        takes={
            "program": _PROGRAM,
            "name": optional(str, "What it is called."),
            "description": optional(str, "What is offered."),
            "share_sale_amount": optional(bool, "Whether partners see what customers paid."),
            "version": VERSION,
        },
        gives={"program": "program"},
        work=programs.edit_program,
    ),
    Mutation(
        "set_program_status",
        verb="program:edit",
        description="Open, pause or archive a program.",
        takes={"program": _PROGRAM, "status": given(ProgramStatus, "What it becomes."), "version": VERSION},
        gives={"program": "program"},
        work=programs.set_program_status,
    ),
    Mutation(
        "set_program_plan",
        verb="program:set_plan",
        description="Set the commission plan of enrollments in a program that name no other, from now on. Those that"
        " are active keep theirs.",
        takes={
            "program": _PROGRAM,
            "commission_plan": optional(strawberry.ID, "The plan, or null for none; one of them is said."),
            "version": VERSION,
        },
        gives={"program": "program"},
        work=programs.set_program_plan,
    ),
    Mutation(
        "list_program",
        verb="program:list",
        description="Show a program in the marketplace, or no longer.",
        takes={"program": _PROGRAM, "listed": given(bool, "Whether it is shown."), "version": VERSION},
        gives={"program": "program"},
        work=programs.list_program,
    ),
    Mutation(
        "create_program_goal",
        verb="program_goal:create",
        description="Make a goal of a program: something that a customer does and that is rewarded.",
        takes={
            "program": _PROGRAM,
            "name": given(str, "What it is called; each of a program's goals has a name of its own."),
            "description": optional(str, "When it counts as reached."),
            "is_base": optional(bool, "Whether it is the program's main goal, of which it has one. This stays."),
        },
        gives={"program_goal": "program_goal"},
        work=program_goals.create_program_goal,
    ),
    Mutation(
        "edit_program_goal",
        verb="program_goal:edit",
        description="Change the name and the description of a program's goal.",
        takes={
            "program_goal": id_of("The goal."),
            "name": optional(str, "What it is called."),
            "description": optional(str, "When it counts as reached."),
            "version": VERSION,
        },
        gives={"program_goal": "program_goal"},
        work=program_goals.edit_program_goal,
    ),
)
