"""A writer killed at any moment loses nothing. Fifteen kills here; `python -m tests.crash --kills 100` for more."""

import random

from tests.crash import CommandRounds, Rounds


def test_fifteen_kills_leave_the_old_library_or_the_new(tmp_path):
    seed = random.randrange(1 << 30)
    print(f"seed {seed}: python -m tests.crash --seed {seed}")  # noqa: T201 - shown where the test fails
    tally = Rounds(tmp_path, seed).run(14)
    assert tally.kills.total() >= 5, "hardly anything was killed, so hardly anything was tested"
    CommandRounds(tmp_path, seed).run(1)
