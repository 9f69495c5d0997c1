"""The page over the small library: what the browser tests serve where they need hostile texts or a chosen PDF."""

import os
import runpy
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
sys.path[:0] = [str(PROJECT), str(Path(__file__).parent)]

from small_library import open_small_library  # noqa: E402

from views import session  # noqa: E402

PRINTED = os.environ.get("PAGE_TEST_PDF")
session._open = lambda progress: open_small_library(Path(PRINTED) if PRINTED else None)
runpy.run_path(str(PROJECT / "app.py"))
