"""Shows coverage: a table, the outcomes that were never seen, and the rule files as one annotated HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple
from xml.etree.ElementTree import Element

from rich.text import Text

from tactful.formats.exporters.markup import add, element, to_bytes
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.table import Column, print_table
from tactful.testing.coverage.cover import Coverage, SeenRule, SeenTest

Seen = Literal["both", "true", "false", "never"]
_WORDS: Final[dict[Seen, str]] = {
    "both": "seen true and seen false",
    "true": "never seen false",
    "false": "never seen true",
    "never": "never looked at",
}


def coverage_text(coverage: Coverage, console: SafeConsole) -> None:
    """A table by file, then every outcome that was never seen, with its place."""
    columns = (Column("file"), *(Column(head, right=True) for head in ("rules fired", "outcomes of tests", "covered")))
    rows = [*(_row(name, coverage.of_file(name)) for name in coverage.files), _row("all", coverage)]
    print_table(console, columns, rows)
    missing = sorted(_missing(coverage))
    if missing:
        console.print()
        console.print("Never seen", style="bold")
    for name, line, words in missing:
        console.print(Text.assemble((f"{name}:{line}", "cyan"), f" {words}"), soft_wrap=True)
    met = sum(conflict.met > 0 for conflict in coverage.conflicts)
    console.print()
    console.print(f"Conflicts met: {met} of {len(coverage.conflicts)}, in {coverage.decisions} decisions.")
    unmet = [conflict for conflict in coverage.conflicts if not conflict.met]
    for prohibition in dict.fromkeys(conflict.prohibition for conflict in unmet):
        against = [conflict.recommendation for conflict in unmet if conflict.prohibition == prohibition]
        console.print(f"never met: {prohibition} against {', '.join(against)}", style="dim", soft_wrap=True)


def _row(name: str, part: Coverage) -> tuple[str, ...]:
    rules = f"{part.fired}/{len(part.rules)}"
    outcomes = f"{part.outcomes}/{2 * len(part.tests)}"
    return name, rules, outcomes, f"{part.percent:.1f} %"


def _missing(coverage: Coverage) -> Iterator[tuple[str, int, str]]:
    for rule in coverage.rules:
        if not rule.fired:
            yield rule.span.file, rule.span.line, f"{rule.id} never fired"
    for row in coverage.rows:
        if not row.chosen:
            cells = f" ({row.cells})" if row.cells else ""
            yield row.span.file, row.span.line, f"{row.owner}: {row.name} of the table{cells} never gave the value"
    for seen in coverage.tests:
        if seen.outcomes < 2:
            test = seen.test
            yield (
                test.span.file,
                test.span.line,
                f"{seen.owner}: `{test.field.text}: {test.text}` {_WORDS[_seen(seen)]}",
            )


def _seen(test: SeenTest) -> Seen:
    match test.held > 0, test.failed > 0:
        case True, True:
            return "both"
        case True, False:
            return "true"
        case False, True:
            return "false"
        case _:
            return "never"


# --- HTML ---

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE: Final = """
:root { color-scheme: light dark; --page: #ffffff; --text: #1c2430; --soft: #5c6675; --edge: #d8dde4;
  --both: #d6f2e0; --half: #fdeec4; --never: #fbd5d1; }
@media (prefers-color-scheme: dark) { :root { --page: #0e1116; --text: #e8ebf0; --soft: #a3adbb; --edge: #333b47;
  --both: #173f2a; --half: #4d3c0d; --never: #58211d; } }
body { margin: 0 auto; max-width: 1100px; padding: 16px; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 32px 0 8px; }
table.sum { border-collapse: collapse; }
.sum th, .sum td { padding: 4px 12px; border-top: 1px solid var(--edge); text-align: right; }
.sum th:first-child, .sum td:first-child { text-align: left; } a { color: inherit; }
pre { margin: 0; border: 1px solid var(--edge); border-radius: 8px; padding: 8px 0; overflow-x: auto;
  font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; tab-size: 2; }
pre .line { display: block; min-height: 1.55em; padding: 0 12px 0 0; }
pre .no { display: inline-block; width: 4em; text-align: right;
  padding-right: 12px; margin-right: 8px; color: var(--soft); user-select: none; border-right: 4px solid transparent; }
.both > .no { border-color: #2e9e5b; } .half > .no { border-color: #c99a1a; } .never > .no { border-color: #d2453a; }
mark { color: inherit; border-radius: 3px; padding: 0 2px; background: var(--both); }
mark.true, mark.false { background: var(--half); text-decoration: underline dotted; }
mark.never { background: var(--never); text-decoration: underline wavy; }
.key mark { padding: 2px 6px; margin-right: 8px; } footer { margin: 24px 0; color: var(--soft); font-size: .875rem; }
"""


class _Mark(NamedTuple):
    """A stretch of a line that is coloured: columns from 0, the outcomes that were seen, and the text shown on hovering."""

    start: int
    end: int
    seen: Seen
    hint: str


def coverage_html(coverage: Coverage) -> bytes:
    """The pack's files as a self-contained page (UTF-8). Rules and tests are coloured by the outcomes that were seen."""
    root = element("html", lang="en")
    head = add(root, "head")
    add(head, "meta", charset="utf-8")
    add(head, "meta", http_equiv="Content-Security-Policy", content=_POLICY)
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    title = f"Coverage of {coverage.checked.name} {coverage.checked.version}: {coverage.percent:.1f} %"
    add(head, "title", title)
    add(head, "style", _STYLE)
    body = add(root, "body")
    main = add(body, "main")
    add(main, "h1", title)
    _key(main)
    _summary(main, coverage)
    for no, name in enumerate(coverage.files):
        add(main, "h2", name, id=f"f{no}")
        _file(main, coverage.checked.sources[name], coverage.of_file(name))
    _conflicts(main, coverage)
    add(
        body,
        "footer",
        f"{coverage.decisions} decisions. Point at a coloured stretch to see its counts.",
    )
    return b"<!doctype html>\n" + to_bytes(root, "html") + b"\n"


def _key(main: Element) -> None:
    line = add(main, "p", class_="key")
    for seen, words in (
        ("both", "both ways, or fired"),
        ("true", "never false"),
        ("false", "never true"),
        ("never", "never"),
    ):
        add(line, "mark", words, class_=seen)


def _summary(main: Element, coverage: Coverage) -> None:
    table = add(main, "table", class_="sum")
    row = add(table, "tr")
    for words in ("file", "rules fired", "outcomes of tests", "covered"):
        add(row, "th", words, scope="col")
    for no, name in enumerate(coverage.files):
        part, row = coverage.of_file(name), add(table, "tr")
        add(add(row, "td"), "a", name, href=f"#f{no}")
        add(row, "td", f"{part.fired}/{len(part.rules)}")
        add(row, "td", f"{part.outcomes}/{2 * len(part.tests)}")
        add(row, "td", f"{part.percent:.1f} %")


def _file(main: Element, text: str, part: Coverage) -> None:
    lines = text.splitlines()
    marks: dict[int, list[_Mark]] = {}
    for rule in part.rules:
        marks.setdefault(rule.span.line, []).append(_rule_mark(rule))
    for test in part.tests:
        span = test.test.span
        start = span.column - 1
        seen, hint = _seen(test), f"{test.owner}: true {test.held} times, false {test.failed} times"
        width = span.end - span.start
        marks.setdefault(span.line, []).append(_Mark(start, start + width, seen, hint))
    shown = add(main, "pre")
    for no, line in enumerate(lines, start=1):
        _line(shown, no, line, sorted(marks.get(no, ())))


def _rule_mark(rule: SeenRule) -> _Mark:
    start = rule.span.column - 1
    hint = f"fired {rule.fired} times"
    return _Mark(start, start + rule.span.end - rule.span.start, "both" if rule.fired else "never", hint)


def _line(shown: Element, no: int, line: str, marks: list[_Mark]) -> None:
    seen = {mark.seen for mark in marks}
    worst = "never" if "never" in seen else "half" if seen - {"both"} else "both" if seen else ""
    holder = add(shown, "span", class_=f"line {worst}".strip())
    last = add(holder, "span", str(no), class_="no")
    at = 0
    for mark in marks:
        start, end = max(at, mark.start), min(mark.end, len(line))
        if start >= end:
            continue
        last.tail = line[at:start]
        last = add(holder, "mark", line[start:end], class_=mark.seen, title=mark.hint)
        at = end
    last.tail = line[at:] + "\n"


def _conflicts(main: Element, coverage: Coverage) -> None:
    add(main, "h2", "Conflicts")
    table = add(main, "table", class_="sum")
    row = add(table, "tr")
    for words in ("prohibition", "recommendation", "met"):
        add(row, "th", words, scope="col")
    for conflict in sorted(coverage.conflicts, key=lambda conflict: conflict.met):
        row = add(table, "tr")
        for words in (conflict.prohibition, conflict.recommendation, str(conflict.met)):
            add(row, "td", words)
