"""What the functions of facts and rules, each by itself, are asked for and return."""

from __future__ import annotations

from typing import Final

#: What the function of a rule that does not fire returns.
SILENT: Final = False
#: A fact or a rule is combined with a row into a single number: the number of the fact or rule, and in this many
#: lowest bits the number of the row. The values of facts are kept under these numbers. A case with more rows has none.
ROW_BITS: Final = 20
