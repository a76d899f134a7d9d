"""What an answer was made with: the same gives the same bytes, in any process, zone, language and order of hashes."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import tactful
from tactful.facts.zones import zone
from tactful.formats.schema import comparison_schema, decision_schema, plan_schema, why_schema
from tactful.reasons.records.decision import SCHEMA_VERSION

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAM = """
import pathlib, sys, tactful
pack = tactful.load(engine=sys.argv[1])
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.yaml")):
    case = pack.read_text(path.read_text(), path.name)
    sys.stdout.buffer.write(pack.decide(case).to_json(questions=True, messages=True, next_change=True))
    sys.stdout.buffer.write(pack.plan(case).to_json())
"""


def _answers(**environment: str) -> bytes:
    """All examples decided and planned by a process of their own."""
    command = [sys.executable, "-c", PROGRAM, "compiled", str(EXAMPLES)]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True)
    return done.stdout


def test_the_same_gives_the_same_bytes(tmp_path: Path) -> None:
    """Hashes, the machine's zone, its language and its own time zone files play no part."""
    first = _answers(PYTHONHASHSEED="1", TZ="UTC", LANG="C")
    other = _answers(
        PYTHONHASHSEED="4711",
        TZ="Pacific/Chatham",
        LANG="de_DE.UTF-8",
        LC_ALL="de_DE.UTF-8",
        PYTHONTZPATH=str(tmp_path),
    )
    assert first == other


def test_everything_that_matters_is_named() -> None:
    """Another moment, pack, limit or fact is another `made_with`; another way of writing the case is not."""
    pack = tactful.load()
    case = {"candidate": {"id": "me", "time_zone": "Europe/Dublin"}, "now": "2026-11-25T09:00:00Z"}
    made = pack.decide(case).made_with
    assert (made.tactful, made.language, made.rule_language) == (tactful.__version__, "en", 2)
    assert made.pack.digest == pack.digest
    assert pack.decide(json.dumps(case)).made_with == made
    others = [
        pack.decide({**case, "now": "2026-11-25T09:00:01Z"}),
        pack.decide({**case, "candidate": {**case["candidate"], "employed": True}}),  # type: ignore[dict-item]
        tactful.load("profile:reserved").decide(case),
        tactful.load(limits=tactful.CaseLimits(people=7)).decide(case),
        pack.as_of(pack.decide(case).at).decide(case),
    ]
    assert all(other.made_with != made for other in others)


def test_a_change_of_shape_changes_the_version() -> None:
    """Whoever changes the shape of JSON answers raises `SCHEMA_VERSION`, and pins the digest of the new shape here."""
    if msgspec.__version__.startswith("0.19."):
        pytest.skip("schemas are worded by msgspec, whose oldest version that is taken here words them in another way")
    shapes = [decision_schema(), plan_schema(), why_schema(), comparison_schema()]
    digest = hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == (3, "b135669f1c529ca7")


def test_zones_come_from_the_package() -> None:
    """They can be copied and pickled, and what is no zone is not read."""
    dublin = zone("Europe/Dublin")
    assert pickle.loads(pickle.dumps(dublin)) is dublin
    assert copy.deepcopy(dublin) is dublin
    for name in ("Europe/Atlantis", "../zones", "", "iso3166.tab", "Europe"):
        with pytest.raises(KeyError):
            zone(name)
