"""Write the reference pages that come from the code: ``python docs/make_reference.py``."""

from __future__ import annotations

from pathlib import Path

from tactful.diagnostics.table import codes, page


def main() -> None:
    """Write docs/reference/codes.md."""
    pages = "\n".join(f"## {id_}\n\n```text\n{page(id_)}\n```\n" for id_ in codes())
    (Path(__file__).parent / "reference" / "codes.md").write_text("# Codes\n\n" + pages)


if __name__ == "__main__":
    main()
