"""What runs the blocks of pages notices where a page is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_run import Run

RIGHT = """# A page

<!-- example: piece, error T302 -->
```yaml
rules:
  thank-you-note: {prioritty: 95}
```

<!-- output -->
```text
my-rules.yaml:2:20: T302 `prioritty` means nothing here
…
```

- In a list:

  <!-- example: case -->
  ```yaml
  candidate: {id: sam}
  ```

  ```console
  $ tactful advise case.yaml --at 2026-11-23T10:00:00Z
  Advice for Mon 23 Nov 2026, 10:00 (UTC), by the rules of default 1
  …
  ```

```python
print("Hello")
```

<!-- output -->
```text
Hello
```

<!-- not run: it would take hours -->
```sh
rm -rf /
```
"""


def _mistakes(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mistakes of a page with this text."""
    page = folder / "page.md"
    page.write_text(text)
    monkeypatch.chdir(folder)
    run = Run(page, folder)
    run.run()
    return run.mistakes


def test_a_page_without_mistakes_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All kinds of block, in lists too."""
    assert _mistakes(RIGHT, tmp_path, monkeypatch) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("error T302", "error T303", 5),
        (", error T302", "", 5),
        ("means nothing here", "means little", 11),
        ("prioritty: 95", "priority: 95", 5),
        ("id: sam", "id: [sam]", 19),
        ("10:00 (UTC)", "11:00 (UTC)", 23),
        ("$ tactful advise", "$ tactful advice", 23),
        ('print("Hello")', 'print("Goodbye")', 34),
        ('print("Hello")', "print(hello)", 29),
        ("<!-- not run: it would take hours -->", "", 39),
        ("<!-- example: case -->", "<!-- example: cake -->", 19),
    ],
)
def test_a_mistake_is_reported_with_its_line(
    right: str, wrong: str, line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong code, a wrong output, code that fails, a block without a mark."""
    assert right in RIGHT
    mistakes = _mistakes(RIGHT.replace(right, wrong, 1), tmp_path, monkeypatch)
    assert any(mistake.startswith(f"page.md:{line}: ") for mistake in mistakes), mistakes


@pytest.mark.parametrize(("module", "mistakes"), [("msgspec", 1), ("no_such_module", 0)])
def test_a_block_that_needs_a_module_is_run_where_it_is_installed(
    module: str, mistakes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Extras are not installed everywhere."""
    page = f"<!-- needs: {module} -->\n```python\nraise ValueError\n```\n"
    assert len(_mistakes(page, tmp_path, monkeypatch)) == mistakes


def test_a_page_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--update-docs`` puts what comes out into blocks that show it whole, and leaves the rest of the page alone."""
    page = tmp_path / "page.md"
    page.write_text(RIGHT.replace("```text\nHello", "```text\nGoodbye"))
    monkeypatch.chdir(tmp_path)
    run = Run(page, tmp_path)
    run.run()
    run.rewrite()
    assert page.read_text() == RIGHT
