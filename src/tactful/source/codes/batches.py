"""Codes T65x: batches of cases."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadableInput(Code):
    """unreadable input of a batch

    What it reports
        The file or folder does not exist, the folder has no table of candidates, or a file is not of the format
        that its name says.

    Why
        Deciding on half of an input would give half of an answer.

    Example
        (tactful batch notes.txt out)

    Instead
        (tactful batch cases.jsonl out, or tactful batch tables out with tables/candidates.parquet)
    """

    id: ClassVar[str] = "T651"


class OtherBatch(Code):
    """output folder of another batch

    What it reports
        The output folder has a batch that was started with another input, pack, moment or other options.

    Why
        The output would be a mixture of the two.

    Example
        (tactful batch cases.jsonl out, and then tactful batch others.jsonl out)

    Instead
        (name another folder, give the same input and options again, or start over with --fresh)
    """

    id: ClassVar[str] = "T652"


class NoPlaceForBatch(Code):
    """unusable output folder

    What it reports
        The output folder has other files in it, cannot be created, or is being written by another run.

    Why
        Other people's files could be overwritten, or mixed up with those of the batch.

    Example
        (tactful batch cases.jsonl documents)

    Instead
        (tactful batch cases.jsonl documents/decided)
    """

    id: ClassVar[str] = "T653"


class BatchStopped(Code):
    """batch stopped early

    What it reports
        A file of the output could not be written, or a part of the input could not be decided on, even at a second
        attempt.

    Why
        Everything finished so far is kept, and nothing is there twice. The rest is still to be done.

    Example
        (a full disk)

    Instead
        (make room and give the same command again: it continues where it stopped)
    """

    id: ClassVar[str] = "T654"
