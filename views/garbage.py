"""Garbage that costs no turn its time.

Streamlit walks through every object of the process after each run of a page (`gc.collect(2)`). With a library in memory
that took a quarter of a second, more than all the rest of a turn. What has lived for some seconds is therefore set aside
(`gc.freeze`), where no collection looks, and looked through only once a minute.
"""

import gc
import itertools
import threading

__all__ = ["set_aside"]

_EVERY_S = 5.0
_THOROUGHLY_EVERY = 12           # of these


def set_aside(ended: threading.Event) -> None:
    """Keep collections small until `ended` is set. Meant for a thread of its own."""
    for time in itertools.count(1):
        if ended.wait(_EVERY_S):
            break
        if time % _THOROUGHLY_EVERY == 0:       # what was set aside and is garbage by now: sessions that ended
            gc.unfreeze()
            gc.collect()
        gc.freeze()
    gc.unfreeze()
