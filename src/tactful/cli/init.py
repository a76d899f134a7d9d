"""``tactful init``: a new overlay, with an example and an invariant, that passes ``tactful test`` as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from tactful.api.policy import load
from tactful.cli.output import console, guarded, write_file
from tactful.formats.schema import pack_schema, to_bytes
from tactful.source.codes.examples import CannotBegin
from tactful.source.diagnostics import InvalidInput
from tactful.testing.schema import examples_schema

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,79}")
#: Stands for the pack's name in the texts below.
_HERE: Final = "NAME-OF-THE-PACK"

_PACK: Final = """\
# yaml-language-server: $schema=./pack.schema.json
# An overlay: all rules of the shipped pack, and what your house does otherwise.
pack: {name: NAME-OF-THE-PACK, version: 1}
extends: default

parameters:
  thank_you_within: 24 hours # the shipped pack has 2 days

rules:
  no-call-without-a-name:
    about: Nobody is called before their name is known.
    source: House rules
    for each: person
    when: {person.name: unknown}
    then: {must_not: call}
    because: Nobody knows whom to ask for; find out the name before you call.
    priority: 70
    safety: yes

# What must hold of every decision, whatever the case. `tactful test` checks it.
invariants:
  never-call-a-stranger:
    about: Whoever is not known by name is not called.
    for each: person
    when: {person.name: unknown}
    never: call
"""

_EXAMPLES: Final = """\
# yaml-language-server: $schema=../examples.schema.json
# Cases, and what is to be advised on them. `tactful test` runs them all.
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
    about: The note goes out within a day, and nobody is called whose name is not known.
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

| file | what it holds |
| --- | --- |
| `pack.yaml` | what is otherwise here: parameters, rules, and invariants, which must hold of every decision |
| `tests/examples.yaml` | cases, each with what is to be advised |
| `pack.schema.json`, `examples.schema.json` | for editors: names and phrases to choose from, misspelt ones marked |

From the folder that this one is in:

```sh
tactful test NAME-OF-THE-PACK                        # the examples, then the invariants
tactful check NAME-OF-THE-PACK                       # every mistake in the rules, with its place
tactful rules --rules NAME-OF-THE-PACK               # all rules and parameters, with file and line
tactful advise CASE.yaml --rules NAME-OF-THE-PACK    # decide on a case
```

After new rules or actions, make the schemas anew:

```sh
tactful schema pack --rules NAME-OF-THE-PACK > NAME-OF-THE-PACK/pack.schema.json
tactful schema examples --rules NAME-OF-THE-PACK > NAME-OF-THE-PACK/examples.schema.json
```
"""


@guarded
def init(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A new folder, or an empty one; the pack has its name.")],
) -> None:
    """Begin a pack of your own: an overlay with a parameter, a rule, an example and an invariant."""
    path = Path(folder)
    name = path.resolve().name
    _refuse(path, folder, name)
    texts = {"pack.yaml": _PACK, "tests/examples.yaml": _EXAMPLES, "README.md": _README}
    for file, text in texts.items():
        _write(path / file, text.replace(_HERE, name).encode())
    checked = load(path).checked
    _write(path / "pack.schema.json", to_bytes(pack_schema(checked)) + b"\n")
    _write(path / "examples.schema.json", to_bytes(examples_schema(checked)) + b"\n")
    console().print(f"{folder}: pack.yaml, tests/examples.yaml, README.md and schemas for editors")
    console().print(f"next: tactful test {folder}")


def _refuse(path: Path, folder: str, name: str) -> None:
    """Nothing that is there is touched, and the name has to be one that a pack can have."""
    problem = help_ = None
    if _NAME.fullmatch(name) is None:
        problem, help_ = f"`{name}` is no name for a pack", "use letters, digits, `-` and `_`, a letter first"
    elif path.exists() and not path.is_dir():
        problem, help_ = f"`{folder}` is a file", "name a new folder"
    elif path.is_dir() and any(path.iterdir()):
        problem, help_ = f"`{folder}` is not empty", "name a new folder, or an empty one"
    if problem is not None:
        raise InvalidInput([CannotBegin.at(None, problem, help_)])


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "cannot be made").lower()
        raise InvalidInput([CannotBegin.at(None, f"`{path.parent}`: {reason}", "name another folder")]) from None
    write_file(path, data)
