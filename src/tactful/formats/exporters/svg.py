"""A plan's chart as a self-contained SVG file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, indent

from tactful.api.plan import Plan
from tactful.formats.exporters.chart import LANE, MARGIN, TITLE_HEIGHT, Bar, Chart, Mark, chart, shortened, text_width
from tactful.formats.exporters.markup import add, element, to_bytes

_HEIGHTS: Final = {"must": 18, "should": 14, "may": 12, "should_not": 10, "must_not": 12}
_DIAMOND: Final = 6
#: The width of the heading's letters, relative to others.
_HEADING: Final = 1.55
#: Colours for light and dark pages. Height and pattern also show the modality.
STYLE: Final = """
.tactful-chart { --paper: #ffffff; --ink: #1c2430; --faint: #5c6675; --rule: #d8dde4; --off: #eef0f4; --holiday: #f6e7cf;
  --must: #14643a; --should: #45a06b; --may: #bfe0f2; --may-edge: #2f7ea8; --should_not: #b7791f; --must_not: #b3261e;
  --due: #7a1fa2; --now: #1756c4; font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
@media (prefers-color-scheme: dark) {
  .tactful-chart { --paper: #14181f; --ink: #e8ebf0; --faint: #a3adbb; --rule: #333b47; --off: #20262f; --holiday: #3d3220;
    --must: #5fd08f; --should: #2f9460; --may: #1d4257; --may-edge: #6fbbe2; --should_not: #e0a84a; --must_not: #ff7a70;
    --due: #d99bf2; --now: #7fb0ff; }
}
@media print {
  .tactful-chart { --paper: #ffffff; --ink: #000000; --faint: #444444; --rule: #bbbbbb; --off: #eeeeee; --holiday: #f6e7cf;
    --must: #14643a; --should: #45a06b; --may: #bfe0f2; --may-edge: #2f7ea8; --should_not: #b7791f; --must_not: #b3261e;
    --due: #7a1fa2; --now: #1756c4; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
.tactful-chart text { fill: var(--ink); dominant-baseline: central; }
.tactful-chart .faint { fill: var(--faint); } .tactful-chart .heading { font-size: 19px; font-weight: 600; }
.tactful-chart .group, .tactful-chart .month { font-weight: 600; } .tactful-chart .number { font-size: 11px; }
.tactful-chart .paper { fill: var(--paper); } .tactful-chart .off { fill: var(--off); }
.tactful-chart .holiday { fill: var(--holiday); } .tactful-chart .rule { stroke: var(--rule); }
.tactful-chart .must { fill: var(--must); } .tactful-chart .should { fill: var(--should); }
.tactful-chart .may { fill: var(--may); stroke: var(--may-edge); stroke-dasharray: 3 2; }
.tactful-chart .should_not { fill: url(#tactful-should-not); stroke: var(--should_not); }
.tactful-chart .must_not { fill: url(#tactful-must-not); stroke: var(--must_not); }
.tactful-chart .due { fill: var(--due); stroke: var(--paper); stroke-width: 1.5; }
.tactful-chart .now { stroke: var(--now); stroke-width: 2; }
"""


def plan_to_svg(plan: Plan, application: str | None = None) -> bytes:
    """The chart as SVG (UTF-8). ``application``: only advice about it, or about the candidate as a whole."""
    root = svg_element(chart(plan, application))
    indent(root)
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + to_bytes(root, "xml") + b"\n"


def svg_element(drawing: Chart, with_heading: bool = True) -> Element:
    """The chart as an element, for a file or for a page with its own heading."""
    top = 0 if with_heading else TITLE_HEIGHT - MARGIN
    root = element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 {top} {drawing.width:.0f} {drawing.height - top:.0f}",
        width=f"{drawing.width:.0f}",
        height=f"{drawing.height - top:.0f}",
        class_="tactful-chart",
        role="img",
        aria_labelledby="tactful-title tactful-desc",
    )
    add(root, "title", drawing.title, id="tactful-title")
    add(root, "desc", f"{drawing.subtitle}. {drawing.description}", id="tactful-desc")
    add(root, "style", STYLE)
    _patterns(root)
    add(root, "rect", class_="paper", y=top, width="100%", height="100%")
    if with_heading:
        short = shortened(drawing.title, (drawing.width - 2 * MARGIN) / _HEADING)
        _text(root, "heading", Mark(MARGIN, MARGIN + 8, short, drawing.title))
        _text(root, "faint", Mark(MARGIN, MARGIN + 30, drawing.subtitle))
    _background(root, drawing)
    for bar in drawing.bars:
        _bar(root, bar)
    for mark in drawing.deadlines:
        _diamond(root, mark)
    _now(root, drawing)
    _legend(root, drawing)
    return root


def _patterns(root: Element) -> None:
    """Stripes for prohibitions, in a different pattern for each modality."""
    defs = add(root, "defs")
    for name, path in (("should_not", "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2"), ("must_not", "M0,0 l6,6 M0,6 l6,-6")):
        size = {"width": 6, "height": 6}
        pattern = add(defs, "pattern", id=f"tactful-{name.replace('_', '-')}", patternUnits="userSpaceOnUse", **size)
        add(pattern, "path", d=path, style=f"stroke: var(--{name}); stroke-width: 1.3; fill: none")


def _background(root: Element, drawing: Chart) -> None:
    right = drawing.width - MARGIN
    for band in drawing.bands:
        box = add(
            root,
            "rect",
            class_="holiday" if band.title else "off",
            x=_number(band.x),
            y=_number(band.y),
            width=_number(band.width),
            height=_number(band.height),
        )
        if band.title:
            add(box, "title", band.title)
    for x in drawing.mondays:
        add(
            root,
            "line",
            class_="rule",
            x1=_number(x),
            x2=_number(x),
            y1=_number(drawing.top - 22),
            y2=_number(drawing.bottom),
        )
    for y in (*drawing.lines, drawing.bottom):
        add(root, "line", class_="rule", x1=MARGIN, x2=_number(right), y1=_number(y), y2=_number(y))
    for class_, marks in (("month", drawing.months), ("group", drawing.titles), ("label", drawing.labels)):
        for mark in marks:
            _text(root, class_, mark)
    for mark in drawing.numbers:
        _text(root, "number", mark, text_anchor="middle")


def _bar(root: Element, bar: Bar) -> None:
    height = _HEIGHTS[bar.modality]
    box = add(
        root,
        "rect",
        class_=bar.modality,
        x=_number(bar.x),
        y=_number(bar.y + (LANE - height) / 2),
        width=_number(bar.width),
        height=height,
        rx=2,
    )
    add(box, "title", bar.title)


def _diamond(root: Element, mark: Mark) -> None:
    shape = add(root, "path", class_="due", d=_diamond_path(mark.x, mark.y))
    add(shape, "title", mark.full)


def _diamond_path(x: float, y: float) -> str:
    return f"M{_number(x)},{_number(y - _DIAMOND)} l{_DIAMOND},{_DIAMOND} l-{_DIAMOND},{_DIAMOND} l-{_DIAMOND},-{_DIAMOND} z"


def _now(root: Element, drawing: Chart) -> None:
    x = _number(drawing.now)
    line = add(root, "line", class_="now", x1=x, x2=x, y1=_number(drawing.top), y2=_number(drawing.bottom))
    add(line, "title", drawing.legend.now)


def _legend(root: Element, drawing: Chart) -> None:
    y = drawing.bottom + 22
    x = float(MARGIN)
    for modality, called in drawing.legend.modalities:
        height = _HEIGHTS[modality]
        add(root, "rect", class_=modality, x=_number(x), y=_number(y - height / 2), width=24, height=height, rx=2)
        x = _legend_text(root, x + 30, y, called)
    add(root, "path", class_="due", d=_diamond_path(x + 6, y))
    x = _legend_text(root, x + 18, y, drawing.legend.due)
    add(root, "line", class_="now", x1=_number(x + 4), x2=_number(x + 4), y1=_number(y - 8), y2=_number(y + 8))
    x = _legend_text(root, x + 14, y, drawing.legend.now)
    for class_, label in _days_off(drawing):
        add(root, "rect", class_=class_, x=_number(x), y=_number(y - 8), width=16, height=16)
        x = _legend_text(root, x + 22, y, label)
    for no, note in enumerate(drawing.footnotes):
        _text(root, "faint", Mark(MARGIN, y + 24 + 18 * no, note))


def _days_off(drawing: Chart) -> Iterable[tuple[str, str]]:
    if any(not band.title for band in drawing.bands):
        yield "off", drawing.legend.weekend
    if drawing.footnotes:
        yield "holiday", drawing.legend.holiday


def _legend_text(root: Element, x: float, y: float, text: str) -> float:
    """Write a text and return the x of what follows."""
    _text(root, "faint", Mark(x, y, text))
    return x + text_width(text) + 18


def _text(root: Element, class_: str, mark: Mark, **attributes: str) -> None:
    node = add(root, "text", mark.text, class_=class_, x=_number(mark.x), y=_number(mark.y), **attributes)
    if mark.full and mark.full != mark.text:
        add(node, "title", mark.full)


def _number(value: float) -> str:
    """A number without trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
