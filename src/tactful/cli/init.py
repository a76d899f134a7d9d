"""``tactful init``: a new overlay with an example and an invariant, which passes ``tactful test``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from tactful import schemas
from tactful.api.policy import load
from tactful.cli.output import console, guarded, write_file
from tactful.formats.schema import to_bytes
from tactful.source.codes.examples import UnusablePackFolder
from tactful.source.diagnostics import InvalidInput

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
#: Placeholder for the pack's name in the texts below.
_HERE: Final = "NAME-OF-THE-PACK"

_PACK: Final = """\
# yaml-language-server: $schema=./pack.schema.json
# An overlay: all rules of the shipped pack, and your own changes to them.
pack: {name: NAME-OF-THE-PACK, version: 1}
extends: default

parameters:
  thank_you_within: 24 hours # the shipped pack has 2 days

rules:
  no-call-without-a-name:
    about: Do not call anybody whose name you do not know.
    source: House rules
    for each: person
    when: {person.name: unknown}
    then: {must_not: call}
    because: You do not know whom to ask for; find out the name before you call.
    priority: 70
    safety: yes

# Invariants hold for every decision on every case. `tactful test` checks them.
invariants:
  never-call-a-stranger:
    about: A person without a known name is never called.
    for each: person
    when: {person.name: unknown}
    never: call
"""

_EXAMPLES: Final = """\
# yaml-language-server: $schema=../examples.schema.json
# Cases, each with the advice to expect. `tactful test` runs them all.
cases:
  day-after:
    candidate: {id: kim, name: Kim Nowak, time_zone: Europe/Dublin, country: IE, employed: yes}
    applications:
      - id: harbour
        company: Harbour Ltd
        status: interviewing
        people:
          - {id: dana, name: Dana Ruiz, role: hiring_manager}
          - {id: porter, role: coordinator}
        interviews:
          - {id: first, status: held, ended_at: 2026-11-23T15:00, interviewers: [dana]}

examples:
  thanked-within-a-day:
    about: The note is due within a day, and nobody without a known name is called.
    case: day-after
    at: 2026-11-24T09:00
    expect:
      - {should: thank_you_note, to: dana, by: 2026-11-24T15:00, rank: 1}
      - {must_not: call, to: porter, rules: [no-call-without-a-name]}
      - {must_not: resign}
    never: [call]
"""

_README: Final = """\
# NAME-OF-THE-PACK

Rules for `tactful`, on top of the shipped ones.

| file | content |
| --- | --- |
| `pack.yaml` | your parameters, rules and invariants, which must hold for every decision |
| `tests/examples.yaml` | cases, each with the expected advice |
| `pack.schema.json`, `examples.schema.json` | for editors, which complete names and phrases and mark misspelt ones |

From the parent folder:

```sh
tactful test NAME-OF-THE-PACK                        # run the examples and check the invariants
tactful check NAME-OF-THE-PACK                       # report every mistake in the rules
tactful rules --rules NAME-OF-THE-PACK               # list rules, facts, actions and parameters
tactful advise CASE.yaml --rules NAME-OF-THE-PACK    # decide on a case
```

The schemas know the names that the pack had when they were made. After adding rules, facts, actions or parameters, update
them; without `--strict` for a pack of several files, so that a name of one file is not marked in another:

```sh
tactful schema pack --strict --rules NAME-OF-THE-PACK > NAME-OF-THE-PACK/pack.schema.json
tactful schema examples --rules NAME-OF-THE-PACK > NAME-OF-THE-PACK/examples.schema.json
```
"""


@guarded
def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new or empty folder, whose name becomes the pack's.")],
) -> None:
    """Start a pack of your own: an overlay with a parameter, a rule, an example and an invariant."""
    path = Path(folder)
    name = path.resolve().name
    _refuse(path, folder, name)
    texts = {"pack.yaml": _PACK, "tests/examples.yaml": _EXAMPLES, "README.md": _README}
    for file, text in texts.items():
        _write(path / file, text.replace(_HERE, name).encode())
    policy = load(path)
    _write(path / "pack.schema.json", to_bytes(schemas.pack(policy, strict=True)) + b"\n")
    _write(path / "examples.schema.json", to_bytes(schemas.examples(policy)) + b"\n")
    console().print(f"{folder}: pack.yaml, tests/examples.yaml, README.md and schemas for editors")
    console().print(f"next: tactful test {folder}")


def _refuse(path: Path, folder: str, name: str) -> None:
    """Raise :class:`InvalidInput` if the folder is in use or its name cannot be a pack's."""
    problem = help_ = None
    if _NAME.fullmatch(name) is None:
        problem, help_ = (
            f"`{name}` cannot be the name of a pack",
            "use letters, digits, `-` and `_`, starting with a letter",
        )
    elif path.exists() and not path.is_dir():
        problem, help_ = f"`{folder}` is a file", "name a new folder"
    elif path.is_dir() and any(path.iterdir()):
        problem, help_ = f"`{folder}` is not empty", "name a new or empty folder"
    if problem is not None:
        raise InvalidInput([UnusablePackFolder.at(None, problem, help_)])


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "cannot be made").lower()
        raise InvalidInput([UnusablePackFolder.at(None, f"`{path.parent}`: {reason}", "name another folder")]) from None
    write_file(path, data)
