"""A radar chart: its shapes as plain values, and the component that draws them in the colours of the page."""

import math
from collections.abc import Sequence
from fractions import Fraction

import streamlit as st

__all__ = ["Axis", "draw_radar", "radar_points", "radar_shapes"]

Axis = tuple[str, Fraction | None, str]          # label, share, the share as it is written
_SIZE, _RADIUS = 340, 112
_CENTRE = _SIZE / 2
_RINGS = (25, 50, 75, 100)
_AREA = "fill: var(--st-primary-color); fill-opacity: 0.2; stroke: var(--st-primary-color); stroke-width: 2.5"

# st.html takes no SVG, and a picture would not know dark from light. Only shapes and words of our own arrive here.
_DRAW = """export default ({data, parentElement}) => {
  const made = (tag, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    return element;
  };
  const chart = made("svg", {viewBox: `0 0 ${data.size} ${data.size}`, role: "img", "aria-label": data.description,
    style: "display: block; width: 100%; max-width: 26rem; margin: 0 auto; color: var(--st-text-color)"});
  for (const [tag, attributes, text] of data.shapes) chart.append(made(tag, attributes, text));
  parentElement.querySelector("svg")?.remove();
  parentElement.append(chart);
}"""

Shape = tuple[str, dict[str, str], str]          # element of SVG, its attributes, its words


def draw_radar(axes: Sequence[Axis], description: str) -> None:
    """Show the chart; `description` says the same to who does not see it."""
    st.components.v2.component("radar", js=_DRAW)(
        key="radar", data={"size": _SIZE, "description": description, "shapes": radar_shapes(axes)})


def radar_points(shares: Sequence[Fraction | None]) -> list[tuple[float, float] | None]:
    """Where each share lies, the first axis upright, then clockwise; None where there is no share."""
    return [None if share is None else _point(axis, len(shares), float(share)) for axis, share in enumerate(shares)]


def radar_shapes(axes: Sequence[Axis]) -> list[Shape]:
    """Rings, spokes, the area with its corners, labels. An axis without a share has no corner."""
    count = len(axes)
    shapes: list[Shape] = [("polygon", {"points": _joined([_point(k, count, ring / 100) for k in range(count)]), "fill": "none",
                                        "stroke": "currentColor", "stroke-opacity": "0.5" if ring == 100 else "0.2"}, "") for ring in _RINGS]
    for x, y in (_point(k, count, 1) for k in range(count)):
        shapes.append(("line", {"x1": f"{_CENTRE}", "y1": f"{_CENTRE}", "x2": f"{x:.1f}", "y2": f"{y:.1f}", "stroke": "currentColor",
                                "stroke-opacity": "0.2"}, ""))
    corners = [point for point in radar_points([share for _, share, _ in axes]) if point]
    shapes.append(("polygon", {"points": _joined(corners), "style": _AREA, "stroke-linejoin": "round"}, ""))
    shapes += [("circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "4", "style": "fill: var(--st-primary-color)"}, "") for x, y in corners]
    return [*shapes, *(shape for k, (label, _, written) in enumerate(axes) for shape in _label(k, count, label, written))]


def _point(axis: int, count: int, share: float) -> tuple[float, float]:
    angle = 2 * math.pi * axis / count
    return _CENTRE + _RADIUS * share * math.sin(angle), _CENTRE - _RADIUS * share * math.cos(angle)


def _label(axis: int, count: int, label: str, written: str) -> list[Shape]:
    x, y = _point(axis, count, 1.2)
    anchor = "middle" if abs(x - _CENTRE) < 1 else "start" if x > _CENTRE else "end"
    at = {"x": f"{x:.1f}", "text-anchor": anchor, "font-size": "15", "fill": "currentColor"}
    return [("text", {**at, "y": f"{y - 4:.1f}"}, label), ("text", {**at, "y": f"{y + 14:.1f}", "font-weight": "700"}, written)]


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
