"""Codes T65x: batches of cases."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableInput(Code):
    """the input of a batch cannot be read

    What it reports
        There is no such file or folder, a folder has no table of candidates, or a file is not what its name says.

    Why
        Nothing can be decided on, and half of an input would give half of an answer.

    Example
        (tactful batch notes.txt out)

    Instead
        (tactful batch cases.jsonl out, or tactful batch tables out with tables/candidates.parquet)
    """

    id: ClassVar[str] = "T651"


class OtherBatch(Code):
    """a folder has what another batch began

    What it reports
        The output folder has a batch in it that was begun with another input, pack, moment or other options.

    Why
        Half of the output would be of the one and half of the other.

    Example
        (tactful batch cases.jsonl out, and then tactful batch others.jsonl out)

    Instead
        (name another folder, give the same input and options again, or begin anew with --fresh)
    """

    id: ClassVar[str] = "T652"


class NoPlaceForBatch(Code):
    """a batch cannot begin in a folder

    What it reports
        The output folder has other things in it, cannot be made, or another run is at work in it.

    Why
        Files of others could be overwritten, or mixed up with those of the batch.

    Example
        (tactful batch cases.jsonl documents)

    Instead
        (tactful batch cases.jsonl documents/decided)
    """

    id: ClassVar[str] = "T653"


class BatchStopped(Code):
    """a batch stopped before its end

    What it reports
        A file of the output could not be written, or a part of the input could not be decided on, even when it
        was tried again.

    Why
        What is done is kept, and nothing is there twice; the rest is still to do.

    Example
        (a disk that is full)

    Instead
        (make room, and give the same command again: it goes on where it stopped)
    """

    id: ClassVar[str] = "T654"
