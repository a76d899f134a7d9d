"""A journal looked at as a whole: whether anything was changed, cut off or taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from tactful.journal.archive import Archive
from tactful.journal.chain import Head, after, commitment
from tactful.journal.entries import NO_BODY
from tactful.journal.sources import Kept, is_unchanged


class Verified(msgspec.Struct, frozen=True):
    """What a look at a whole journal says. ``wrong`` is empty if nothing was changed; ``head`` is to be kept elsewhere."""

    entries: int
    erased: int
    since: int
    head: str
    wrong: tuple[str, ...]


#: How many faults are named.
_NAMED: Final = 20
#: After how many entries progress is reported.
_OFTEN: Final = 100


def verify(
    archive: Archive, expected: Head | None = None, progress: Callable[[int, int], None] | None = None
) -> Verified:
    """Look at every entry: whether the chain holds, and whether it has the head that was kept elsewhere.

    ``progress`` is called with the number of entries that were looked at, and of all of them.
    """
    store, wrong = archive.store, list[str]()
    checkpoint = head = store.checkpoint()
    forgotten: set[int] = set()
    empty: dict[int, int] = {}
    entries, met, confirmed = 0, expected == checkpoint, checkpoint.number == 0
    count = store.head().number - checkpoint.number
    for row in archive.rows():
        entries += 1
        if progress is not None and entries % _OFTEN == 0:
            progress(entries, count)
        should = after(head, row)
        if row.number != head.number + 1:
            wrong.append(f"entries are missing between {head.number} and {row.number}")
        elif row.hash != should.hash:
            wrong.append(f"the entry {row.number} was changed")
        if row.body is not None and commitment(row.body) != row.commitment:
            wrong.append(f"the body of the entry {row.number} was changed")
        if row.body is None and row.commitment != NO_BODY and row.subject is not None:
            empty.setdefault(row.subject, row.number)
        if row.kind in ("erasure", "retention"):
            header = archive.header(row)
            if header.subject is not None:
                forgotten.add(header.subject)
            confirmed = confirmed or (header.through, header.hash) == (checkpoint.number, checkpoint.hash.hex())
        head = Head(row.number, row.hash)
        met = met or head == expected
        if len(wrong) > _NAMED:
            break
    wrong += [
        f"the entry {number} has lost its body, and its subject was never erased"
        for subject, number in empty.items()
        if subject not in forgotten
    ]
    if not confirmed:
        wrong.append(f"entries up to {checkpoint.number} were removed, and no entry says so")
    wrong += [f"`{name}` was changed" for name, data in store.all_kept() if not is_unchanged(Kept(name, data))]
    if expected is not None and not met:
        wrong.append(_unmet(expected, checkpoint, head))
    return Verified(entries, len(forgotten), checkpoint.number, str(head), tuple(wrong[:_NAMED]))


def _unmet(expected: Head, checkpoint: Head, head: Head) -> str:
    if expected.number > head.number:
        return f"the journal ends at {head.number}, before the expected head {expected.number}: its tail was cut off"
    if expected.number < checkpoint.number:
        return f"the expected head {expected.number} was removed: compare with one after {checkpoint.number}"
    return f"the entry {expected.number} differs from the expected one"
