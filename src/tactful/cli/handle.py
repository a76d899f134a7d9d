"""``tactful done``, ``dismiss`` and ``undo``: record in a case which advice was followed, and which is not wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from tactful.api.policy import Policy
from tactful.cli.files import locked, read_file, replace_file
from tactful.cli.options import Rules, case_moment, load_rules
from tactful.cli.output import console, guarded
from tactful.facts.reading.moments import parse_date
from tactful.facts.rows import Case
from tactful.source.diagnostics import TactfulError

_CaseFile = Annotated[str, typer.Argument(metavar="CASE", help="A case in YAML or JSON; the file is rewritten.")]
_Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help="The key of the advice, or its action and the id of its target: thank_you_note:dana.",
    ),
]


@guarded
def done(
    case: _CaseFile,
    key: _Key,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="MOMENT", help="When it was done (ISO 8601), if not at the case's now."),
    ] = None,
    detail: Annotated[
        list[str] | None,
        typer.Option("--detail", metavar="NAME=VALUE", help="How it was done: channel=phone; may be repeated."),
    ] = None,
    rules: Rules = None,
) -> None:
    """Record in the case that advice was followed, with what that leaves behind, such as a message."""
    policy = load_rules(rules)
    with _opened(policy, case) as (file, read, text):
        moment = case_moment(at, policy, file, case)
        after = policy.done(read, _key(policy, read, key, moment), moment, **_details(detail))
        _write(case, file, text, read, after, "the case already says that it was done")


@guarded
def dismiss(
    case: _CaseFile,
    key: _Key,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="MOMENT", help="Until this moment, or the end of this day; otherwise for good."
        ),
    ] = None,
    rules: Rules = None,
) -> None:
    """Record in the case that advice is not wanted. It is then listed as set aside."""
    policy = load_rules(rules)
    with _opened(policy, case) as (file, read, text):
        after = policy.dismiss(read, _key(policy, read, key, None), _until(until, policy, file, case))
        _write(case, file, text, read, after, "the case already says that")


@guarded
def undo(case: _CaseFile, key: _Key, rules: Rules = None) -> None:
    """Take back what `done` or `dismiss` recorded in the case."""
    policy = load_rules(rules)
    with _opened(policy, case) as (file, read, text):
        after = policy.undo(read, _handled_key(read, key))
        _write(case, file, text, read, after, "nothing changed")


@contextmanager
def _opened(policy: Policy, name: str) -> Iterator[tuple[bytes, Case, str]]:
    """The bytes of a file, its case and its text. Nobody else changes the file meanwhile."""
    if name == "-" or (Path(name).exists() and not Path(name).is_file()):
        raise typer.BadParameter(f"{name} is not a regular file; the case is rewritten, so name its file")
    with locked(name):
        data = read_file(name).data
        yield data, policy.read_text(data, name), data.decode("utf-8-sig")


def _key(policy: Policy, case: Case, name: str, moment: datetime | None) -> str:
    """The given key, or the key of the only advice about the given action and target."""
    advice = policy.decide(case, moment).actions
    if any(item.key == name for item in advice) or name in _told(case):
        return name
    action, _, target = name.partition(":")
    fitting = [item.key for item in advice if item.action == action and target in ("", item.target.id)]
    return _only(fitting or _handled_keys(case, name), name)


def _handled_key(case: Case, name: str) -> str:
    """The given key, or the key of the only advice with the given action and target that was done or dismissed."""
    return name if name in _told(case) else _only(_handled_keys(case, name), name)


def _handled_keys(case: Case, name: str) -> list[str]:
    done, dismissed = case.shape.done, case.shape.dismissed
    abouts = [*((item.key, item.about or "") for item in done), *((item.key, item.about or "") for item in dismissed)]
    return list(dict.fromkeys(key for key, about in abouts if name in (about, about.partition(":")[0])))


def _only(keys: list[str], name: str) -> str:
    """The only key, or the name itself if there is no key: the policy then says what is wrong."""
    if len(keys) > 1:
        raise TactfulError(
            f"`{name}` may mean several pieces of advice; add a target, or give a key: {', '.join(keys)}"
        )
    return keys[0] if keys else name


def _told(case: Case) -> set[str]:
    shape = case.shape
    return {*(entry.key for entry in shape.done), *(entry.key for entry in shape.dismissed)}


def _details(detail: list[str] | None) -> dict[str, Any]:
    details = {}
    for setting in detail or ():
        name, sign, value = setting.partition("=")
        if not sign:
            raise typer.BadParameter(f"{setting!r} has no value; write --detail channel=phone")
        details[name.strip()] = value.strip()
    return details


def _until(text: str | None, policy: Policy, data: bytes, name: str) -> datetime | date | None:
    day = None if text is None else parse_date(text)
    return day or case_moment(text, policy, data, name)


def _write(name: str, data: bytes, text: str, before: Case, after: Case, unchanged: str) -> None:
    """Write the case if it changed, with its comments."""
    from tactful.formats.rewrite import rewritten  # its library takes time to load

    out = console(stderr=True)
    if before.shape == after.shape:
        out.print(Text(unchanged))
        return
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    replace_file(Path(name), mark + rewritten(text, name, before.shape, after.shape), data)
    out.print(Text(f"{name}: written"))
