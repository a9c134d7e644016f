"""What alembic compares, and what it does not: CHECK constraints, the values of enums, sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from sightline.db.tables import Row


def differences(connection: sa.Connection) -> list[str]:
    """How the database differs from the declared tables, one sentence each, comments included; empty if not at all.

    A CHECK constraint is compared by name, for PostgreSQL writes its expression in words of its own. What others keep
    in the database is none of it.
    """
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True, "include_name": _is_ours}
    )
    return [
        *(_sentence(difference) for difference in _flat(compare_metadata(context, Row.metadata))),
        *_named("CHECK constraint", _declared_checks(), _stored_checks(connection)),
        *_named("enum", declared_enums(), _stored_enums(connection)),
        *_named("sequence", _declared_sequences(), _stored_sequences(connection)),
    ]


def strangers(connection: sa.Connection) -> list[str]:
    """Tables beside ours that are not Sightline's, by name."""
    return sorted({*sa.inspect(connection).get_table_names()} - {*Row.metadata.tables, "alembic_version"})


def declared_enums() -> set[str]:
    """Every enum with its labels in order, such as `level(R, W)`."""
    types = (column.type for table in Row.metadata.tables.values() for column in table.columns)
    items = (each.item_type if isinstance(each, sa.ARRAY) else each for each in types)
    return {f"{each.name}({', '.join(each.enums)})" for each in items if isinstance(each, sa.Enum)}


def _named(kind: str, declared: set[str], stored: set[str]) -> Iterator[str]:
    yield from (f"The {kind} {name} is declared and not in the database." for name in sorted(declared - stored))
    yield from (f"The {kind} {name} is in the database and not declared." for name in sorted(stored - declared))


def _is_ours(name: str | None, kind: str, _: Any) -> bool:
    return kind != "table" or name in Row.metadata.tables


def _flat(found: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Changes of one column come as a list of their own."""
    for each in found:
        yield from each if isinstance(each, list) else [each]


def _sentence(difference: tuple[Any, ...]) -> str:
    what, *about = difference
    told = [each for each in about if each is not None and not isinstance(each, dict)]
    return f"{str(what).replace('_', ' ').capitalize()}: {', '.join(map(_name, told))}."


def _name(schema_item: Any) -> str:
    """How a table, column, constraint, default or plain value is told."""
    named = (getattr(schema_item, attribute, None) for attribute in ("fullname", "name"))
    return next((str(name) for name in named if name is not None), str(schema_item))


def _declared_checks() -> set[str]:
    return {
        f"{table.name}.{constraint.name}"
        for table in Row.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
    }


def _stored_checks(connection: sa.Connection) -> set[str]:
    statement = """
        SELECT relname || '.' || conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE contype = 'c' AND relnamespace = 'public'::regnamespace AND relname = ANY(:names)
    """
    return set(connection.scalars(sa.text(statement), {"names": list(Row.metadata.tables)}))


def _stored_enums(connection: sa.Connection) -> set[str]:
    statement = """
        SELECT typname || '(' || string_agg(enumlabel, ', ' ORDER BY enumsortorder) || ')'
        FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
        WHERE typnamespace = 'public'::regnamespace AND typname = ANY(:names) GROUP BY pg_type.oid, typname
    """
    names = [each.partition("(")[0] for each in declared_enums()]
    return set(connection.scalars(sa.text(statement), {"names": names}))


def _declared_sequences() -> set[str]:
    return {
        f"{sequence.name}({sequence.minvalue or 0 if sequence.cycle else 1}, "
        f"{sequence.maxvalue or 2**63 - 1}, {'cycle' if sequence.cycle else 'once'})"
        for sequence in Row.metadata._sequences.values()
    }


def _stored_sequences(connection: sa.Connection) -> set[str]:
    statement = """
        SELECT sequencename || '(' || min_value || ', ' || max_value || ', ' ||
               CASE WHEN cycle THEN 'cycle' ELSE 'once' END || ')'
        FROM pg_sequences WHERE schemaname = 'public' AND sequencename = ANY(:names)
    """
    return set(connection.scalars(sa.text(statement), {"names": list(Row.metadata._sequences)}))
