"""How soon the language server answers while a pack is edited: what is offered at each key, and when its marks follow.

``python benchmarks/editor.py [RULES]...`` starts ``tactful lsp`` for the shipped rules (0) and for packs of 200 and 2,000 rules.
``mistake`` is the time from the last key to the marks of a mistake, and ``warnings`` that to the marks of a pack without
mistakes, in which each generated rule has a warning. ``meanwhile`` is the slowest hover while these marks are made.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import cases
from lsp_client import Editor

#: The most milliseconds that the slowest of twenty answers may take.
BAR: Final = 50.0
_TYPED: Final = "      person.prefers: not email"
_SHIPPED: Final = "extends: default\nrules:\n"


def main(counts: list[int]) -> int:
    """Measure, print a row for each pack, and return 1 if an answer takes too long."""
    print("   rules  key, median  key, 95 %   slowest     hover   mistake  warnings  meanwhile")
    slow = False
    for count in counts:
        with tempfile.TemporaryDirectory() as folder, Editor(Path(folder).resolve()) as editor:
            keys, hover, *marks = _measure(editor, _SHIPPED if count == 0 else cases.pack(count))
        late = statistics.quantiles(keys, n=20)[-1]
        slow = slow or late > BAR
        print(
            f"{count or 'shipped':>8} {statistics.median(keys):>9.1f} ms {late:>7.1f} ms {max(keys):>6.1f} ms"
            f" {hover:>6.1f} ms {marks[0]:>6.0f} ms {marks[1]:>6.0f} ms {marks[2]:>7.1f} ms"
        )
    return 1 if slow else 0


def _measure(editor: Editor, text: str) -> tuple[list[float], float, float, float, float]:
    """Milliseconds for each key, from the change to what is offered; for a hover; and for marks, see above."""
    rule = "  typed:\n    for each: person\n    when:\n      person.name: known\n"
    before = text + rule
    line = before.count("\n")
    uri = editor.open(editor.folder / "pack.yaml", before + "    then: {may: nothing_else}\n")
    editor.told(uri)
    keys = []
    version = 1
    editor.change(uri, 2, {"text": before.replace("may: nothing_else", "") + "\n    then: {may: call}\n"})
    editor.told(uri)
    for _ in range(3):
        for at, sign in enumerate(_TYPED):
            version += 1
            begun = time.perf_counter()
            place = {"line": line, "character": at}
            editor.change(uri, version, {"range": {"start": place, "end": place}, "text": sign})
            editor.ask("textDocument/completion", **editor.at(uri, line, at + 1))
            keys.append((time.perf_counter() - begun) * 1e3)
        place = {"line": line, "character": len(_TYPED)}
        editor.change(uri, version, {"range": {"start": editor.at(uri, line, 0)["position"], "end": place}, "text": ""})
    begun = time.perf_counter()
    editor.ask("textDocument/hover", **editor.at(uri, line - 1, 8))
    hover = (time.perf_counter() - begun) * 1e3
    begun = time.perf_counter()
    place = {"line": line, "character": 0}
    editor.change(uri, version + 1, {"range": {"start": place, "end": place}, "text": "      person.prefres: email"})
    editor.told(uri)
    mistake = (time.perf_counter() - begun) * 1e3
    begun = time.perf_counter()
    line_before = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 100}}
    editor.change(uri, version + 2, {"range": line_before, "text": "      person.prefers: email"})
    editor.marks.clear()
    slowest = 0.0
    while uri not in editor.marks:  # the answers to questions bring the marks along
        asked = time.perf_counter()
        editor.ask("textDocument/hover", **editor.at(uri, line - 1, 8))
        slowest = max(slowest, (time.perf_counter() - asked) * 1e3)
        time.sleep(0.02)
    return keys, hover, mistake, (time.perf_counter() - begun) * 1e3, slowest


if __name__ == "__main__":
    raise SystemExit(main([int(count) for count in sys.argv[1:]] or [0, 200, 2000]))
