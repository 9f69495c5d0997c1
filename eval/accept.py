"""`python -m eval.accept DATA`: measure the library in DATA and take the figures as the accepted ones.

Run it when figures got better, look at the difference in `gate.json`, and commit it with the reason.
"""

import sys
from pathlib import Path

from eval.cases import TODAY
from eval.gate import figures_to_accept, write_gate
from eval.runner import run
from eval.table import table
from kb.assemble import open_library
from kb.clock import FixedClock
from kb.settings import Settings

__all__ = ["accept"]


def accept(data: Path) -> str:
    """Write the gate for whichever library `data` holds; returns the table of what it was set on."""
    results = run(open_library(Settings(data=data, model=""), FixedClock(TODAY)).assistant, "all")
    write_gate(results.library, figures_to_accept(results.figures()))
    return table(results)


if __name__ == "__main__":
    sys.stdout.write(accept(Path(sys.argv[1])) + "\n")
