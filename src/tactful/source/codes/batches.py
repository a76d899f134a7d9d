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


class UnusableOutputFolder(Code):
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
        Everything finished so far is kept, and nothing is written twice. The rest is still to be done.

    Example
        (a full disk)

    Instead
        (make room and give the same command again: it continues where it stopped)
    """

    id: ClassVar[str] = "T654"


class InternalError(Code):
    """internal error

    What it reports
        tactful itself failed on a case, or the process that decided on it did not finish. All other cases are decided
        on.

    Why
        It is a fault of tactful, not of the case. No case is left out without a message.

    Example
        (a case that triggers a fault of tactful)

    Instead
        (report the fault with the case, and try tactful advise on the case meanwhile)
    """

    id: ClassVar[str] = "T655"


class InputChanged(Code):
    """input changed while it was read

    What it reports
        A file of the input was written, cut or replaced while a batch was reading it.

    Why
        Some decisions would be about the old input and others about the new one, and cases could be missing.

    Example
        (another program goes on writing cases.jsonl while tactful batch reads it)

    Instead
        (wait until the input is complete, and start over with --fresh)
    """

    id: ClassVar[str] = "T656"


class DamagedBatch(Code):
    """damaged output of a batch

    What it reports
        A file that a batch wrote is gone or was changed, or the list of finished parts cannot be read.

    Why
        The output would differ from the decisions.

    Example
        (a part in decided/actions is deleted, and tactful batch cases.jsonl decided is given again)

    Instead
        (start over with --fresh, or name another folder)
    """

    id: ClassVar[str] = "T657"


class UnreadableRows(Code):
    """unreadable rows of a table

    What it reports
        A candidate has rows in a damaged part of a Parquet file. The candidate is rejected, and all others are decided
        on.

    Why
        Advice without a part of the facts would be wrong: someone would be thanked a second time.

    Example
        (a damaged page in tables/messages.parquet)

    Instead
        (write the file again, and decide on these candidates once more)
    """

    id: ClassVar[str] = "T658"
