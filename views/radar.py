"""A radar chart as SVG text, for `st.html`: our own figures and labels only, in the colours of the page."""

import html
import math
from collections.abc import Sequence
from fractions import Fraction

__all__ = ["radar_points", "radar_svg"]

_SIZE, _RADIUS = 340, 118
_CENTRE = _SIZE / 2
_RINGS = (25, 50, 75, 100)


def radar_points(shares: Sequence[Fraction | None]) -> list[tuple[float, float] | None]:
    """Where each share lies, the first axis upright, then clockwise; None where there is no share."""
    return [None if share is None else _point(axis, len(shares), float(share)) for axis, share in enumerate(shares)]


def radar_svg(axes: Sequence[tuple[str, Fraction | None, str]], description: str) -> str:
    """The chart. Each axis has its label, its share and that share as it is written; an axis without a share has no corner.

    Lines and words take the colour of the text around them, so that the chart reads in light and dark.
    """
    count = len(axes)
    rings = "".join(f'<polygon points="{_joined([_point(k, count, ring / 100) for k in range(count)])}" fill="none" '
                    f'stroke="currentColor" stroke-opacity="{0.45 if ring == 100 else 0.18}"/>' for ring in _RINGS)
    spokes = "".join(f'<line x1="{_CENTRE}" y1="{_CENTRE}" x2="{x:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.18"/>'
                     for x, y in (_point(k, count, 1) for k in range(count)))
    corners = [point for point in radar_points([share for _, share, _ in axes]) if point]
    area = (f'<polygon points="{_joined(corners)}" fill="currentColor" fill-opacity="0.16" stroke="currentColor" '
            f'stroke-width="2.5" stroke-linejoin="round"/>')
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="currentColor"/>' for x, y in corners)
    labels = "".join(_label(k, count, label, written) for k, (label, _, written) in enumerate(axes))
    return (f'<svg viewBox="0 0 {_SIZE} {_SIZE}" width="100%" style="max-width:26rem;display:block;margin:0 auto" role="img" '
            f'aria-label="{html.escape(description)}" xmlns="http://www.w3.org/2000/svg">{rings}{spokes}{area}{dots}{labels}</svg>')


def _point(axis: int, count: int, share: float) -> tuple[float, float]:
    angle = 2 * math.pi * axis / count
    return _CENTRE + _RADIUS * share * math.sin(angle), _CENTRE - _RADIUS * share * math.cos(angle)


def _label(axis: int, count: int, label: str, written: str) -> str:
    x, y = _point(axis, count, 1.2)
    anchor = "middle" if abs(x - _CENTRE) < 1 else "start" if x > _CENTRE else "end"
    words = f'<tspan x="{x:.1f}">{html.escape(label)}</tspan><tspan x="{x:.1f}" dy="1.2em" font-weight="700">{html.escape(written)}</tspan>'
    return f'<text x="{x:.1f}" y="{y - 2:.1f}" text-anchor="{anchor}" font-size="15" fill="currentColor">{words}</text>'


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
