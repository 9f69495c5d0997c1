"""The texts of one dated version together, and how a version stands on a day."""

from dataclasses import replace
from datetime import date

import pytest

from kb.holdings import editions, standing_on
from kb.types import Kind, Status, Tier, Version

OLD = Version("o2019", "某法", "某法", "2019修正", Kind.LAW, Tier.OFFICIAL, in_force_from=date(2019, 4, 23),
              in_force_to=date(2025, 10, 14), status=Status.AMENDED)
NEW = replace(OLD, id="o2025", label="2025修订", in_force_from=date(2025, 10, 15), in_force_to=None, status=Status.CURRENT)
COMING = replace(NEW, id="o2027", label="2026修订", in_force_from=date(2027, 1, 1), status=Status.NOT_YET_IN_FORCE)
UNDATED = replace(NEW, id="u", label="", in_force_from=None, status=Status.UNKNOWN)


def test_the_official_text_and_our_digest_of_one_version_are_one_edition():
    digest, copy = replace(NEW, id="d", tier=Tier.DIGEST), replace(NEW, id="c", tier=Tier.USER)
    found = editions([copy, digest, NEW, OLD])
    assert [[text.id for text in edition.texts] for edition in found] == [["o2025", "d", "c"], ["o2019"]]
    assert found[0].tiers == (Tier.OFFICIAL, Tier.DIGEST, Tier.USER)


@pytest.mark.parametrize(("version", "day", "overtaken", "status"), [
    (OLD, date(2024, 5, 1), False, Status.CURRENT),             # that day it was the law, whatever it is now
    (OLD, date(2026, 11, 22), False, Status.AMENDED),
    (NEW, date(2024, 5, 1), False, Status.NOT_YET_IN_FORCE),
    (NEW, date(2025, 10, 15), False, Status.CURRENT),
    (NEW, date(2026, 11, 22), True, Status.AMENDED),
    (COMING, date(2026, 11, 22), False, Status.NOT_YET_IN_FORCE),
    (COMING, date(2027, 1, 1), False, Status.CURRENT),
    (replace(OLD, in_force_to=None, status=Status.REPEALED), date(2026, 11, 22), False, Status.REPEALED),
    (replace(OLD, status=Status.REPEALED), date(2026, 11, 22), False, Status.REPEALED),
    (UNDATED, date(2026, 11, 22), False, Status.UNKNOWN),
    (replace(UNDATED, status=Status.NOT_YET_IN_FORCE), date(2026, 11, 22), False, Status.NOT_YET_IN_FORCE),
])
def test_dates_say_how_a_version_stands_on_a_day_and_the_register_where_there_are_none(version, day, overtaken, status):
    assert standing_on(version, day, overtaken) is status
