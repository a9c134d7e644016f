"""What the log may say, asked of a process that logs as the server does."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from sightline.server.logs import LogFormat

SECRET = "hidden-password"

PROGRAM = f"""
import asyncio, gc, logging
from sightline.server.logs import LogFormat, configure_logging, log_fault, note, operation_line

configure_logging(LogFormat.NAME)
with operation_line("request-1"):
    note(operation="{SECRET} is no name", principal="user:7", visibility="v" * 64, cost=12)
    try:
        try:
            raise ValueError("{SECRET}")
        except ValueError as cause:
            raise RuntimeError("{SECRET}") from cause
    except RuntimeError as error:
        log_fault(error)
        logging.getLogger("uvicorn.error").error("Exception in ASGI application\\n", exc_info=error)
        logging.getLogger("uvicorn.error").error("Traceback (most recent call last):\\n {SECRET}")
        logging.getLogger("strawberry.execution").error("query {SECRET}", exc_info=error)


async def forget():
    async def fail():
        raise ValueError("{SECRET}")

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()


async def give_up():
    asyncio.get_running_loop().call_exception_handler({{"message": "Resetting connection with an active transaction"}})


asyncio.run(forget())
asyncio.run(give_up())
note(operation="Outside")
"""


@pytest.mark.parametrize("log_format", LogFormat)
def test_goal21_no_text_of_an_exception_reaches_the_log(log_format: LogFormat) -> None:
    """GOAL21: faults of ours, of uvicorn's, of a forgotten task; class and place are there."""
    program = PROGRAM.replace("LogFormat.NAME", f"LogFormat.{log_format.name}")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert SECRET not in done.stderr
    assert "RuntimeError at" in done.stderr
    assert "ValueError at" in done.stderr
    assert "never retrieved" in done.stderr


def test_an_operation_is_one_line_of_json() -> None:
    """Principal as a number, visibility shortened, a name that is none left out."""
    program = PROGRAM.replace("LogFormat.NAME", "LogFormat.JSON")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (operation,) = [line for line in lines if line["event"] == "operation"]
    (fault,) = [line for line in lines if line["event"] == "fault"]
    assert operation["principal"] == "user:7"
    assert operation["visibility"] == "v" * 12
    assert operation["cost"] == 12
    assert operation["operation"] is None
    assert operation["request_id"] == fault["request_id"] == "request-1"
    assert len(fault["causes"]) == 2


def test_f1_a_client_that_goes_away_is_no_error() -> None:
    """F1: whatever the driver says of the transaction that had just begun, which it rolls back."""
    program = PROGRAM.replace("LogFormat.NAME", "LogFormat.JSON")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Resetting connection" not in done.stderr
