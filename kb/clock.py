"""The day in Shanghai decides which text is in force; every part of the program takes it from a Clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

__all__ = ["SHANGHAI", "FixedClock", "SystemClock"]

# A fixed offset: China has had no daylight saving since 1991, and a machine may lack the time-zone database.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class SystemClock:
    """The machine's clock, read in Shanghai."""

    def now(self) -> datetime:
        return datetime.now(SHANGHAI)

    def today(self) -> date:
        return self.now().date()


@dataclass(frozen=True)
class FixedClock:
    """Always noon of one day: for `--as-of`, tests and evaluations."""

    day: date

    def now(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=SHANGHAI)

    def today(self) -> date:
        return self.day
