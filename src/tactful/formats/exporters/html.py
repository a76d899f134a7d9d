"""A plan as a self-contained HTML page: the chart, then the agenda with all reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element

from tactful.api.advice import Advice
from tactful.api.plan import Plan
from tactful.formats.agenda import Agenda, Entry, agenda
from tactful.formats.exporters.chart import chart, heading
from tactful.formats.exporters.markup import add, element, to_bytes
from tactful.formats.exporters.svg import svg_element
from tactful.formats.notices import notices
from tactful.reasons.wording import ends_day
from tactful.reasons.words import Words

#: The page loads and runs nothing, whatever the names in the case contain.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --text: #1c2430; --soft: #5c6675; --edge: #d8dde4;
  --good: #14643a; --bad: #b3261e; --warn: #8a5a10; --open: #22688c; --when: #7a1fa2; }
@media (prefers-color-scheme: dark) { :root { --page: #0e1116; --card: #14181f; --text: #e8ebf0; --soft: #a3adbb; --edge: #333b47;
  --good: #5fd08f; --bad: #ff7a70; --warn: #e0a84a; --open: #6fbbe2; --when: #d99bf2; } }
body { margin: 0 auto; max-width: 1240px; padding: 16px; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 8px 0 0; } h2 { font-size: 1.15rem; margin: 28px 0 8px; }
p.when { margin: 0 0 16px; color: var(--soft); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--edge); border-radius: 8px; }
.scroll svg { display: block; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--edge); }
th, td { text-align: left; vertical-align: top; padding: 8px 12px; border-top: 1px solid var(--edge); }
tbody th { font-weight: 600; background: var(--page); } thead th { color: var(--soft); font-weight: 500; }
td.time, th.time { white-space: nowrap; width: 3em; font-variant-numeric: tabular-nums; }
td.what, th.what { white-space: nowrap; width: 6em; overflow-wrap: normal; } td.what { font-size: .9375rem; }
td.what { font-weight: 600; } tr.must .what, tr.should .what { color: var(--good); } tr.must_not .what { color: var(--bad); }
tr.should_not .what { color: var(--warn); } tr.may .what { color: var(--open); }
tr.due .what, td .detail { color: var(--when); } tr.ends { color: var(--soft); }
tr.overdue .detail, p.warning { color: var(--bad); font-weight: 600; }
td .whom { color: var(--soft); } td .label { font-weight: 600; } tr.ends .label { font-weight: 400; }
details { color: var(--soft); font-size: .9375rem; } summary { cursor: pointer; } details p, details ul { margin: 4px 0; }
cite { font-style: normal; opacity: .85; }
footer { margin: 24px 0; color: var(--soft); font-size: .875rem; }
@media (max-width: 640px) {
  body { padding: 12px; } th, td { padding: 6px 8px; }
  table, tbody, tr, td, tbody th { display: block; width: auto; box-sizing: border-box; } thead { display: none; }
  td { border-top: 0; padding-top: 0; } td.time, td.what { display: inline-block; width: auto; padding-bottom: 0; }
  td.time { border-top: 0; padding-right: 0; } tr { border-top: 1px solid var(--edge); padding-top: 6px; }
}
@page { size: landscape; margin: 12mm; }
@media print { body { max-width: none; padding: 0; background: none; font-size: 12px; } .scroll { overflow: visible; border: 0; }
  .scroll svg { width: 100%; height: auto; } tr { break-inside: avoid; } }
"""


def plan_to_html(plan: Plan, application: str | None = None) -> bytes:
    """The page (UTF-8). ``application``: only advice about it, or about the candidate as a whole."""
    title, subtitle = heading(plan)
    words = plan.words
    root = element("html", lang=words.language)
    head = add(root, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", http_equiv="Content-Security-Policy", content=_POLICY)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", title)
    add(head, "style", _STYLE)
    body = add(root, "body")
    main = add(body, "main")
    add(main, "h1", title)
    add(main, "p", subtitle, class_="when")
    _warnings(main, plan)
    _chart(main, plan, application)
    _agenda(main, agenda(plan, application), words)
    add(
        body,
        "footer",
        words.say(
            "Advice, not orders: who writes and when is yours to decide. Anything that happens changes the plan."
        ),
    )
    return b"<!doctype html>\n" + to_bytes(root, "html") + b"\n"


def _warnings(main: Element, plan: Plan) -> None:
    for notice in notices(plan.now, plan.outside_safety):
        add(main, "p", notice, class_="warning")


def _chart(main: Element, plan: Plan, application: str | None) -> None:
    holder = add(
        main, "div", class_="scroll", role="region", aria_label=plan.words.say("Chart of the plan"), tabindex="0"
    )
    holder.append(svg_element(chart(plan, application), with_heading=False))


def _agenda(main: Element, agenda_: Agenda, words: Words) -> None:
    say = words.say
    columns = {"time": say("Time"), "what": say("What"), "advice": say("Advice")}
    undated = {name: column for name, column in columns.items() if name != "time"}
    for title, entries in ((say("Now"), agenda_.now), (say("Not to do"), agenda_.leave)):
        if entries:
            add(main, "h2", title)
            body = _table(main, title, undated)
            for entry in entries:
                _row(body, entry, words, dated=False)
    if agenda_.days:
        add(main, "h2", say("From day to day"))
        body = _table(main, say("From day to day"), columns)
    for day in agenda_.days:
        row = add(body, "tr")
        add(row, "th", words.day(day.day), colspan="3", scope="rowgroup")
        for entry in day.entries:
            _row(body, entry, words, dated=True)


def _table(main: Element, title: str, columns: Mapping[str, str]) -> Element:
    """A table's body. ``columns``: their headings, by their classes."""
    table = add(main, "table", aria_label=title)
    row = add(add(table, "thead"), "tr")
    for class_, column in columns.items():
        add(row, "th", column, scope="col", class_=class_)
    return add(table, "tbody")


def _row(body: Element, entry: Entry, words: Words, dated: bool) -> None:
    kind = entry.kind if entry.kind in ("due", "ends") else entry.advice.modality
    row = add(body, "tr", class_=f"{kind} overdue" if entry.overdue else kind)
    if dated:
        clock = "" if ends_day(entry.at) else words.clock(entry.at)
        add(add(row, "td", class_="time"), "time", clock, datetime=entry.at.isoformat())
    happens = {"due": words.say("due"), "ends": words.say("ends")}
    add(row, "td", happens.get(entry.kind) or words.modality(entry.advice.modality), class_="what")
    cell = add(row, "td")
    add(cell, "span", entry.advice.label, class_="label")
    if entry.whom:
        add(cell, "span", f" {entry.whom}", class_="whom")
    if entry.detail:
        add(cell, "div", entry.detail, class_="detail")
    if entry.kind in ("now", "opens"):
        _reasons(cell, entry.advice, words)


def _reasons(cell: Element, advice: Advice, words: Words) -> None:
    details = add(cell, "details")
    add(details, "summary", words.say("How and why") if advice.steps else words.say("Why"))
    if advice.steps:
        steps = add(details, "ul")
        for step in advice.steps:
            add(steps, "li", step)
    for justification in advice.because:
        paragraph = add(details, "p", f"{justification.text} ")
        add(
            paragraph,
            "cite",
            f"[{justification.rule}" + (f"; {justification.source}]" if justification.source else "]"),
        )
