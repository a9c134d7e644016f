"""Reading the section `file` of a mapping: how the bytes become rows of cells."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from sightline.db.imports.columns import MOST_COLUMNS, first_twice
from sightline.db.imports.model import FileFormat, FileKind
from sightline.db.imports.sections import Section

ISO = "iso"
A_MOMENT = datetime(2001, 12, 31, 13, 45, 50)

NOT_OF = {
    FileKind.CSV: ("sheet",),
    FileKind.TSV: ("sheet",),
    FileKind.NDJSON: ("sheet", "delimiter", "quote"),
    FileKind.XLSX: ("delimiter", "quote", "encoding"),
}
"""Keys that mean nothing in files of a kind."""


def read_format(section: Section) -> FileFormat:
    """The format. Raises MappingError."""
    kind = section.choice("format", FileKind) if section.has("format") else None
    for key in NOT_OF[kind] if kind else ():
        if section.has(key):
            raise section.wrong(key, f"does not belong to {kind} files: remove it")
    decimal_mark, thousands = _marks(section)
    form = FileFormat(
        kind=kind,
        sheet=section.optional("sheet"),
        delimiter=_delimiter(section),
        quote=_quote(section),
        encoding=_encoding(section),
        columns=_columns(section),
        decimal_mark=decimal_mark,
        thousands_separator=thousands,
        date_format=_date_format(section, kind),
        time_zone=_time_zone(section),
    )
    if form.quote is not None and form.quote == (form.delimiter or ","):
        raise section.wrong("quote", f"cannot be {form.quote!r}, which is the delimiter")
    section.finish()
    return form


def _one_character(section: Section, key: str, character: str) -> str:
    if len(character) != 1 or character in "\r\n":
        raise section.wrong(key, f"is {character!r}: expected one character")
    return character


def _delimiter(section: Section) -> str | None:
    said = section.optional("delimiter")
    if said is None:
        return None
    return "\t" if said in ("tab", "\\t") else _one_character(section, "delimiter", said)


def _quote(section: Section) -> str | None:
    said = section.optional("quote") or '"'
    return None if said == "none" else _one_character(section, "quote", said)


def _marks(section: Section) -> tuple[str, str | None]:
    decimal_mark = _one_character(section, "decimal_mark", section.optional("decimal_mark") or ".")
    if decimal_mark not in ".,":
        raise section.wrong("decimal_mark", f"is {decimal_mark!r}: expected . or ,")
    thousands = section.optional("thousands_separator")
    if thousands is None:
        return decimal_mark, None
    _one_character(section, "thousands_separator", thousands)
    if thousands == decimal_mark or thousands.isdigit() or thousands in "+-":
        raise section.wrong("thousands_separator", f"cannot be {thousands!r}")
    return decimal_mark, thousands


def _encoding(section: Section) -> str:
    encoding = section.optional("encoding") or "utf-8-sig"
    try:
        "a".encode(encoding)
    except (LookupError, ValueError):
        raise section.wrong("encoding", f"is {encoding!r}, which is unknown: such as utf-8-sig or cp1252") from None
    return encoding


def _columns(section: Section) -> tuple[str, ...] | None:
    if not section.has("columns"):
        return None
    columns = section.texts("columns")
    if len(columns) > MOST_COLUMNS:
        raise section.wrong("columns", f"names more than {MOST_COLUMNS:,} columns, which no file may have")
    twice = first_twice(columns)
    if twice is not None:
        raise section.wrong("columns", f"names {twice!r} twice")
    return columns


def _date_format(section: Section, kind: FileKind | None) -> str:
    if kind in (FileKind.NDJSON, FileKind.XLSX) and not section.has("date_format"):
        return ISO
    date_format = section.text("date_format")
    if date_format != ISO and not _tells_the_moment(date_format):
        raise section.wrong(
            "date_format",
            f"is {date_format!r}: expected iso, or year, month and day such as %d/%m/%Y %H:%M (%I needs %p)",
        )
    return date_format


def _tells_the_moment(date_format: str) -> bool:
    """Whether the day comes out as it went in, and the hour does unless the format has none."""
    try:
        found = datetime.strptime(A_MOMENT.strftime(date_format), date_format)
    except (ValueError, re.error):  # the latter where a part is named twice
        return False
    return found.date() == A_MOMENT.date() and found.hour in (0, A_MOMENT.hour)


def _time_zone(section: Section) -> ZoneInfo:
    name = section.text("time_zone")
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise section.wrong("time_zone", f"is {name!r}: expected an IANA name such as Europe/London") from None
