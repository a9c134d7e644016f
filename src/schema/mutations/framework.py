"""How a mutation is declared: what it takes, what it does, and which rows its payload shows.

    EDIT_PROGRAM = Mutation(
        "edit_program",
        verb="program:edit",
        description="Change a program.",
        takes={"program": id_of("The program."), "name": optional(str, "What it is called."), ...},
        gives={"program": "program"},
        work=edit_program,
    )

From it are made the input, the success type, the union of success and typed errors, and the field, which exists for
exactly the viewers who do the verb on some row at least. `work` is called with a `Change` and the input's fields.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Annotated, Any

import strawberry

from sightline.resolvers.mutations.change import Done
from sightline.resolvers.mutations.refusals import RefusalError
from sightline.resolvers.mutations.running import Work, run
from sightline.resolvers.operation import Operation
from sightline.schema.bindings import METADATA, Does, open_field
from sightline.schema.fields import nullable_entity
from sightline.schema.model import CATALOGUE
from sightline.schema.mutations.errors import ERRORS, shown
from sightline.schema.names import camel

IDEMPOTENCY = "A key of your own choice: sending the same request again under it does nothing more."
REPLAYED = (
    "Whether this was done before, under the same idempotency key. What is shown only once was shown then, is stored"
    " nowhere, and is null now."
)


@dataclass(frozen=True, slots=True)
class Given:
    """One field of an input."""

    annotation: Any
    description: str
    required: bool = True


def given(annotation: Any, description: str) -> Given:
    """A field that must be given."""
    return Given(annotation, description)


def optional(annotation: Any, description: str) -> Given:
    """A field that may be left out; an edit then leaves it as it is. Null takes the value away."""
    return Given(annotation | None, description, required=False)


def id_of(description: str) -> Given:
    """The id of a row."""
    return Given(strawberry.ID, description)


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of a payload that is no row: read after the change, through the rights of whoever made it."""

    annotation: Any
    description: str
    read: Callable[[Operation, Done], Awaitable[Any]]


VERSION = Given(int | None, "The version that you read, so that nobody else's change is lost.", required=False)
"""The version of the row that the verb is done on: whoever does it is told that version."""


def version_of(what: str) -> Given:
    """The version of another row than the one that the verb is done on."""
    text = f"The version of the {what} that you read, so that nobody else's change is lost."
    return Given(int | None, text, required=False)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation as it is declared. `granting` says that it gives or takes access, so the policy's epoch moves;
    `in_reports`, that it exists for those alone who have a lens.

    `gives` has the rows of the payload by field, each with its entity, the first of which gives the payload its id;
    `shows` what is no row; `once` what is shown this one time only: it is nullable, and beside it `replayed` says why
    it is null.
    """

    name: str
    verb: str | tuple[str, ...]
    description: str
    takes: Mapping[str, Given]
    gives: Mapping[str, str]
    work: Work
    granting: bool = False
    in_reports: bool = False
    shows: Mapping[str, Shown] = field(default_factory=dict)
    once: Mapping[str, Given] = field(default_factory=dict)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Any one of these is enough to have it."""
        return (self.verb,) if isinstance(self.verb, str) else self.verb

    @property
    def binding(self) -> Does:
        """Who has it."""
        return Does(self.verbs, self.in_reports)

    @property
    def type_name(self) -> str:
        """How its types begin: `EditProgram`."""
        return "".join(part.capitalize() for part in self.name.split("_"))


def verbs_in_a_version(mutations: Iterable[Mutation]) -> Mapping[str, frozenset[str]]:
    """By entity, the verbs of the mutations that take the version of the row that they are done on."""
    found = defaultdict[str, set[str]](set)
    for each in mutations:
        for verb in each.verbs if each.takes.get("version") == VERSION else ():
            found[CATALOGUE.model.verbs[verb].entity or ""].add(verb)
    return {entity: frozenset(verbs) for entity, verbs in found.items()}


def given_in(mutation: Mutation, given: Any) -> dict[str, Any]:
    """What of an input's fields was given, as `work` takes it."""
    return {name: value for name in mutation.takes if (value := getattr(given, name)) is not strawberry.UNSET}


def field_of_mutation(mutation: Mutation, input_type: Any) -> Any:
    """The field of the mutation root."""
    payload, success = _payload(mutation)

    async def resolve(info: strawberry.Info, input: Any) -> Any:  # noqa: A002  # the contract's name
        operation: Operation = info.context
        values = given_in(mutation, input)
        key = None if input.idempotency_key is strawberry.UNSET else input.idempotency_key
        try:
            return _success(success, await run(operation, mutation.name, mutation.work, values, key=key))
        except RefusalError as refusal:
            return shown(refusal)

    resolve.__annotations__ |= {
        "input": Annotated[input_type, strawberry.argument(description="What to do.")],
        # Null where it broke on our side: what the document does beside it keeps its answers.
        "return": payload | None,
    }
    return strawberry.field(resolver=resolve, description=mutation.description, metadata={METADATA: mutation.binding})


def input_of(mutation: Mutation) -> Any:
    """The input type of a mutation, to be made once."""
    name = f"{mutation.type_name}Input"
    fields = dict(mutation.takes) | {"idempotency_key": Given(str | None, IDEMPOTENCY, required=False)}
    namespace: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
    for attribute, each in sorted(fields.items(), key=lambda item: not item[1].required):
        namespace["__annotations__"][attribute] = each.annotation
        default = {} if each.required else {"default": strawberry.UNSET}
        namespace[attribute] = open_field(each.description, **default)
    return strawberry.input(type(name, (), namespace), name=name, description=f"What {camel(mutation.name)} takes.")


def _payload(mutation: Mutation) -> tuple[Any, Any]:
    """The union of the payload, and what makes its success."""
    name = f"{mutation.type_name}Success"
    namespace: dict[str, Any] = {"__module__": __name__}
    # What was made may be of a type that its maker does not have yet: the id is there whatever he sees.
    for main in list(mutation.gives)[:1]:

        def identify(root: strawberry.Parent[Any], info: strawberry.Info, main: str = main) -> str:
            row = root.done.rows[main]
            return str(info.context.services.ids.of_row(row.entity, row.key))

        namespace["id"] = open_field(
            f"The id of the {mutation.gives[main].replace('_', ' ')}.", resolver=_resolver(identify, strawberry.ID)
        )
    for attribute, entity_name in mutation.gives.items():
        entity = CATALOGUE[entity_name]

        def read(root: strawberry.Parent[Any], info: strawberry.Info, attribute: str = attribute) -> Any:
            row = root.done.rows.get(attribute)
            return None if row is None else info.context.row(row.entity, row.key)

        namespace[attribute] = open_field(
            f"The {entity_name.replace('_', ' ')}, as you see it now.",
            resolver=_resolver(read, nullable_entity(entity)),
        )
    for attribute, part in mutation.shows.items():

        def show(root: strawberry.Parent[Any], info: strawberry.Info, part: Shown = part) -> Any:
            return part.read(info.context, root.done)

        namespace[attribute] = open_field(part.description, resolver=_resolver(show, part.annotation))
    for attribute, each in mutation.once.items():

        def tell(root: strawberry.Parent[Any], info: strawberry.Info, attribute: str = attribute) -> Any:
            return root.done.once.get(attribute)

        namespace[attribute] = open_field(each.description, resolver=_resolver(tell, each.annotation))
    if mutation.once:

        def was_replayed(root: strawberry.Parent[Any], info: strawberry.Info) -> bool:
            return bool(root.done.replayed)

        namespace["replayed"] = open_field(REPLAYED, resolver=_resolver(was_replayed, bool))
    made = strawberry.type(type(name, (), namespace), name=name, description=f"{mutation.description} It was done.")
    members: Any = reduce(or_, (made, *ERRORS))
    union = strawberry.union(f"{mutation.type_name}Payload", description="That it was done, or why it was not.")
    return Annotated[members, union], made


def _success(type_: type, done: Done) -> Any:
    """A payload's success: its fields read what was done, so it is made without them."""
    made: Any = object.__new__(type_)
    made.done = done
    return made


def _resolver(read: Any, annotation: Any) -> Any:
    def resolver(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
        return read(root, info)

    resolver.__annotations__["return"] = annotation
    return resolver
