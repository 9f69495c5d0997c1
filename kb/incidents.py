"""An unexpected error becomes a number for the user and a line in the log, without anything the user typed."""

import logging
import secrets
import traceback
from pathlib import Path

__all__ = ["record"]


def record(error: BaseException) -> str:
    """Log type and places of an error under a fresh number, which is returned.

    The message of the exception and the source lines are left out: either may hold a question.
    """
    number = secrets.token_hex(4)
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                        for frame in reversed(traceback.extract_tb(error.__traceback__)))
    logging.getLogger("zhiwen").error("incident %s: %s at %s", number, type(error).__name__, places)
    return number
