"""Dots, lines and bars as inline SVG, without anything that measures text or needs a script.

Written by hand instead of drawn by a plotting library: coordinates are shares of the width, so a plot is as wide as its place on a
phone, on a screen and on paper while its dots stay round and its text is the page's own; colours are those of the page, light and
dark; a row takes some 300 bytes. A comparison with matplotlib (svg backend, `svg.fonttype: none`): 137 MB to install, 2.2 s to
import, a fixed size and fixed colours, seven addresses of the web in every picture, and a warning for each Chinese character that the
machine which draws it has no font for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from eval.intervals import Interval

__all__ = ["Bar", "Dot", "Point", "Scale", "bars", "dot_row", "histogram", "scatter"]


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high` across the width; values outside are drawn at its ends."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Percent of the width, a little inside both ends so that a dot at 0 or 1 is whole."""
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return 2 + 96 * min(max(share, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval. `kind` is a class of the style sheet: now, before, better, worse, aside."""

    value: float
    interval: Interval | None = None
    kind: str = "now"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in a scatter plot, with the intervals of both values and what a reader sees beside it."""

    x: Dot
    y: Dot
    label: str
    kind: str = "now"


@dataclass(frozen=True, slots=True)
class Bar:
    """A class of a histogram: from `low` to below `high`."""

    low: float
    high: float
    count: int


def dot_row(dots: Sequence[Dot], scale: Scale, said: str) -> str:
    """One line of a dot plot: a track, and on it each dot with its interval; two dots are joined. `said` is read out instead."""
    drawn = [_line(2, 98, "track")]
    if len(dots) == 2:
        drawn.append(_line(scale.at(dots[0].value), scale.at(dots[1].value), "joined"))
    for dot in dots:
        if dot.interval:
            drawn.append(_line(scale.at(dot.interval.low), scale.at(dot.interval.high), "interval"))
    drawn += [f'<circle cx="{scale.at(dot.value):.2f}%" cy="50%" r="5" class="dot {dot.kind}"/>' for dot in dots]
    return f'<svg class="row" role="img" aria-label="{escape(said)}">{"".join(drawn)}</svg>'


def _line(x1: float, x2: float, kind: str, y1: float = 50, y2: float = 50) -> str:
    return f'<line x1="{x1:.2f}%" x2="{x2:.2f}%" y1="{y1:.2f}%" y2="{y2:.2f}%" class="{kind}"/>'


def scatter(points: Sequence[Point], x: Scale, y: Scale, said: str) -> str:
    """Points with a cross of intervals; `y` grows upwards, and the top left corner is the good one for what is drawn here."""
    drawn = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        across, up = x.at(x.low + share * (x.high - x.low)), 100 - y.at(y.low + share * (y.high - y.low))
        drawn += [_line(across, across, "grid", 2, 98), _line(2, 98, "grid", up, up)]
    for point in points:
        across, up = x.at(point.x.value), 100 - y.at(point.y.value)
        if point.x.interval:
            drawn.append(_line(x.at(point.x.interval.low), x.at(point.x.interval.high), "interval", up, up))
        if point.y.interval:
            drawn.append(_line(across, across, "interval", 100 - y.at(point.y.interval.low), 100 - y.at(point.y.interval.high)))
    for point in points:
        across, up = x.at(point.x.value), 100 - y.at(point.y.value)
        drawn.append(f'<circle cx="{across:.2f}%" cy="{up:.2f}%" r="6" class="dot {point.kind}"/>')
    return f'<svg class="square" role="img" aria-label="{escape(said)}">{"".join(drawn)}</svg>'


def bars(values: Iterable[float], top: float, classes: int = 20) -> list[Bar]:
    """`classes` classes of equal width from 0 to `top`; the last holds what lies beyond, too."""
    width = top / classes
    found = [0] * classes
    for value in values:
        found[min(int(value / width), classes - 1)] += 1
    return [Bar(n * width, (n + 1) * width, count) for n, count in enumerate(found)]


def histogram(found: Sequence[Bar], marks: Sequence[float], said: str) -> str:
    """Bars from the bottom, as high as their share of the highest; `marks` are upright lines at values."""
    highest, across = max(bar.count for bar in found) or 1, 100 / len(found)
    drawn = [f'<rect x="{n * across + 0.25:.2f}%" width="{across - 0.5:.2f}%" y="{100 - 96 * bar.count / highest:.2f}%" '
             f'height="{96 * bar.count / highest:.2f}%" class="bar"/>' for n, bar in enumerate(found) if bar.count]
    top = found[-1].high
    drawn += [_line(100 * min(mark / top, 1), 100 * min(mark / top, 1), "mark", 0, 100) for mark in marks]
    return f'<svg class="histogram" role="img" aria-label="{escape(said)}">{"".join(drawn)}</svg>'
