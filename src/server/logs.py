"""The log: JSON or console lines on standard error, one for each operation.

INVARIANT: no line carries a token, the text of a query, a variable, an amount or anything personal. Exceptions are
logged by class and place, never by text: PostgreSQL quotes values in its messages.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
_VISIBILITY_LENGTH = 12
_MOST_FRAMES = 12


class LogFormat(StrEnum):
    """How lines are written: for people, or for programs."""

    CONSOLE = "console"
    JSON = "json"


@dataclass(slots=True)
class OperationLine:
    """What the log says of one operation. Filled in while it is answered, written once at its end."""

    request_id: str
    operation: str | None = None
    principal: str | None = None
    visibility: str | None = None
    cost: int | None = None
    about: list[str] = field(default_factory=list)
    executed: dict[str, int] = field(default_factory=dict)
    status: int | None = None
    codes: list[str] = field(default_factory=list)


# Tasks copy the context, so an operation that runs in a task of its own fills in the same line.
_LINE: ContextVar[OperationLine | None] = ContextVar("operation_line", default=None)


def note(
    *,
    operation: str | None = None,
    principal: str | None = None,
    visibility: str | None = None,
    cost: int | None = None,
    about: Iterable[int] = (),
    executed: Mapping[str, int] = MappingProxyType({}),
) -> None:
    """Add to the line of the operation that runs now; outside of one, nothing happens.

    `principal` is a number with its kind ("user:7"), never a name; `about` has whose access was asked about, `executed`
    how many selections were answered by plans, and why others were not. A made-up
    operation name that is no GraphQL name is left out, a visibility key shortened.
    """
    line = _LINE.get()
    if line is None:
        return
    if operation is not None and _NAME.fullmatch(operation):
        line.operation = operation
    if visibility is not None:
        line.visibility = visibility[:_VISIBILITY_LENGTH]
    line.principal = line.principal if principal is None else principal
    line.cost = line.cost if cost is None else cost
    line.about += [f"user:{number}" for number in sorted(about)]
    line.executed |= executed


Ended = Callable[[OperationLine, float], None]
"""Told of an operation when its line is written, and how many seconds it took."""


def nobody(_: OperationLine, __: float) -> None:
    """Whoever is told where nothing is counted."""


@contextmanager
def operation_line(request_id: str, told: Ended = nobody) -> Iterator[OperationLine]:
    """Write one line at the end of the block, whatever happens in it, and tell of it."""
    line = OperationLine(request_id)
    token = _LINE.set(line)
    began = perf_counter()
    try:
        yield line
    finally:
        _LINE.reset(token)
        seconds = perf_counter() - began
        structlog.get_logger("sightline.operations").info(
            "operation",
            request_id=line.request_id,
            operation=line.operation,
            principal=line.principal,
            visibility=line.visibility,
            cost=line.cost,
            about=line.about,
            executed=line.executed,
            status=line.status,
            codes=line.codes,
            milliseconds=round(seconds * 1000, 1),
        )
        told(line, seconds)


def log_fault(error: BaseException) -> str:
    """Log a fault of ours; returns the id under which the log has it, which may be told to the client."""
    error_id = uuid4().hex[:16]
    line = _LINE.get()
    structlog.get_logger("sightline.faults").error(
        "fault",
        error_id=error_id,
        request_id=None if line is None else line.request_id,
        causes=describe(error),
    )
    return error_id


def describe(error: BaseException) -> list[str]:
    """An exception and its causes, outermost first: class and places, without the texts."""
    described: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(described) < _MOST_FRAMES:
        frames = traceback.extract_tb(cause.__traceback__)[-_MOST_FRAMES:]
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        described.append(f"{type(cause).__module__}.{type(cause).__qualname__} at {places or 'no place'}")
        cause = cause.__cause__ or cause.__context__
    return described


class _Lines:
    """Standard error, line by line. One that cannot be written is lost, as `logging` has it, and breaks nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = write


def configure_logging(log_format: LogFormat) -> None:
    """Have everything that this process logs, by structlog or by logging, written in one format to standard error.

    Lines of our own take the short way past logging, as each operation writes one.
    """
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_texts,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(_json)
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_is_news)
    logging.getLogger("strawberry").setLevel(logging.CRITICAL)  # it quotes documents; we log faults ourselves


def _is_news(record: logging.LogRecord) -> bool:
    """Not what asyncpg says of a client that went away while a transaction began: it is rolled back, as we rely on."""
    return not record.getMessage().startswith("Resetting connection with an active transaction")


def _json(event: Any, **options: Any) -> str:
    return orjson.dumps(event, default=options["default"]).decode()


def _without_texts(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put class and place in place of an exception, and the first line in place of a text of several."""
    error: Any = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["causes"] = describe(error)
    first = str(event.get("event", "")).strip().partition("\n")[0]  # asyncio shows exceptions in the second
    event["event"] = "failed" if first.startswith("Traceback") else first
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        record.exc_info, record.exc_text = None, None
    return event
