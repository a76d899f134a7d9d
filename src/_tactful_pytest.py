"""The pytest plugin: examples and invariants of packs as test items, and the fixtures ``pack`` and ``decide``.

It is a module outside the package that imports nothing but pytest until it has work to do, because pytest loads it in every
environment in which ``tactful`` is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from datetime import datetime

    from tactful import Decision, Policy
    from tactful.testing.examples.files import ExampleFile
    from tactful.testing.examples.model import Example
    from tactful.testing.properties.invariants import InvariantReport

_SUFFIXES = (".yaml", ".yml")
#: Keys of a file of examples, and of the rule files next to its folder. The text is searched for them before it is
#: parsed.
_EXAMPLES = re.compile(rb"^examples:", re.MULTILINE)
_RULES = re.compile(rb"^(rules|extends|invariants|parameters):", re.MULTILINE)
_LOOKED_AT = 1_000_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """``tactful_pack``: the pack that the fixtures decide with; ``tactful_draw``: how many cases invariants are tried on.

    ``--tactful-draw`` takes the place of the latter.
    """
    parser.getgroup("tactful").addoption(
        "--tactful-draw", metavar="N", help="how many cases are drawn for a pack's invariants; 0: none"
    )
    parser.addini("tactful_pack", "the pack of the fixtures `pack` and `decide`", default="default")
    parser.addini("tactful_draw", "how many cases are drawn for a pack's invariants; 0: none", default="500")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Files of examples in a folder ``tests`` next to rule files; other YAML files are ignored."""
    if file_path.suffix not in _SUFFIXES or file_path.parent.name != "tests":
        return None
    if not _has(file_path, _EXAMPLES) or not _beside_rules(file_path.parent.parent):
        return None
    collector: pytest.Collector = ExamplesFile.from_parent(parent, path=file_path)
    return collector


def _has(path: Path, wanted: re.Pattern[bytes]) -> bool:
    try:
        with path.open("rb") as stream:
            return wanted.search(stream.read(_LOOKED_AT)) is not None
    except OSError:
        return False


def _beside_rules(folder: Path) -> bool:
    return any(_has(path, _RULES) for path in sorted(folder.iterdir()) if path.suffix in _SUFFIXES and path.is_file())


class ExamplesFile(pytest.File):
    """A file of examples. The first file of a pack also has the pack's invariants."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each example, then one for each invariant."""
        from tactful import InvalidInput, load
        from tactful.language.terms import GENERAL
        from tactful.testing.examples.files import read_file

        read = self.config.stash.setdefault(_READ, _Read())
        try:
            file = read_file(self.path, str(_shown(self.path)))
            if file is None:
                return
            pack = _shown(file.pack)
            policy = _loaded(self.config, pack, load)
            for example in read.examples(policy, file):
                yield ExampleItem.from_parent(self, name=example.id, policy=policy, example=example)
            if read.files(pack)[0].path.resolve() != self.path.resolve():
                return
            examples = read.all(pack, policy)
        except InvalidInput as error:
            raise self.CollectError(str(error)) from None
        results = _Results(policy, examples, _draw(self.config))
        off = {override.rule for override in policy.checked.overrides}
        stated = [invariant.id for invariant in policy.checked.invariants]
        for id_ in (*stated, *(id_ for id_ in GENERAL if id_ not in off)):
            yield InvariantItem.from_parent(self, name=f"invariant::{id_}", results=results, invariant=id_)


def _shown(path: Path) -> Path:
    """The path relative to the working directory if it is inside, else the absolute path."""
    resolved, here = path.resolve(), Path.cwd()
    return resolved.relative_to(here) if resolved.is_relative_to(here) else path


def _draw(config: pytest.Config) -> int:
    """How many cases are drawn for the invariants of a pack."""
    option = config.getoption("tactful_draw")
    name, given = ("tactful_draw", str(config.getini("tactful_draw"))) if option is None else ("--tactful-draw", option)
    if not given.isdigit():
        raise pytest.UsageError(f"{name} is {given!r}; write a whole number, or 0 to draw no cases")
    return int(given)


_PACKS: pytest.StashKey[dict[str | Path, Any]] = pytest.StashKey()


def _loaded(config: pytest.Config, pack: str | Path, load: Callable[[str | Path], Policy]) -> Policy:
    """The pack, loaded once in a run of pytest."""
    packs: dict[str | Path, Any] = config.stash.setdefault(_PACKS, {})
    if pack not in packs:
        packs[pack] = load(pack)
    policy: Policy = packs[pack]
    return policy


class _Read:
    """The files and examples that were read. Each file of a pack asks for those of the others."""

    def __init__(self) -> None:
        self._files: dict[Path, list[ExampleFile]] = {}
        #: The pack is the first part of a key, because a file is read for a pack.
        self._examples: dict[tuple[Path, Path, str], tuple[Example, ...]] = {}

    def files(self, pack: Path) -> list[ExampleFile]:
        """The files of a pack."""
        from tactful.testing.examples.files import example_files

        if pack not in self._files:
            self._files[pack] = example_files(pack)
        return self._files[pack]

    def examples(self, policy: Policy, file: ExampleFile) -> tuple[Example, ...]:
        """The examples of a file."""
        from tactful.testing.examples.read import read_examples

        key = (file.pack, file.path.resolve(), file.name)
        if key not in self._examples:
            self._examples[key] = read_examples(policy, file)
        return self._examples[key]

    def all(self, pack: Path, policy: Policy) -> tuple[Example, ...]:
        """The examples of all files of a pack."""
        from tactful.testing.examples.run import examples_of

        return examples_of(self.files(pack), partial(self.examples, policy))


_READ: pytest.StashKey[_Read] = pytest.StashKey()


class Failed(Exception):
    """An example or invariant that failed; its text is for people."""


class _Item(pytest.Item):
    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any) -> Any:
        """The text alone: a traceback into this module would not help."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **kwargs)


class ExampleItem(_Item):
    """One example."""

    def __init__(self, *, policy: Policy, example: Example, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._policy, self._example = policy, example

    def runtest(self) -> None:
        """Raise :class:`Failed` if an expectation is not met."""
        from tactful.testing.examples.run import run_example
        from tactful.testing.report import failed_example_text

        result = run_example(self._policy, self._example)
        if not result.passed:
            raise Failed(failed_example_text(self._policy, result))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the example's id."""
        return self.path, self._example.span.line - 1, self._example.id


class _Results:
    """The invariants of a pack, checked all at once when the first is asked for."""

    def __init__(self, policy: Policy, examples: tuple[Example, ...], draw: int) -> None:
        self._policy, self._examples = policy, examples
        self._draw = draw if find_spec("hypothesis") is not None else 0
        self._results: dict[str, InvariantReport] | None = None

    def of(self, id_: str) -> InvariantReport:
        """The result for one invariant."""
        from tactful.testing.properties.invariants import invariant_results
        from tactful.testing.properties.options import Drawing

        if self._results is None:
            drawing = Drawing(self._draw) if self._draw else None
            results = invariant_results(self._policy, self._examples, drawing)
            self._results = {report.id: report for report in (*results.reports, *results.general)}
        if id_ not in self._results:
            pytest.skip("it needs drawn cases: install tactful[check], and set tactful_draw above 0")
        if self._results[id_].missing:
            pytest.skip(f"not checked, because {self._results[id_].missing}")
        return self._results[id_]


class InvariantItem(_Item):
    """One invariant."""

    def __init__(self, *, results: _Results, invariant: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._results, self._invariant = results, invariant

    def runtest(self) -> None:
        """Raise :class:`Failed` if the invariant is broken."""
        from tactful.testing.report import failed_invariant_text

        result = self._results.of(self._invariant)
        if not result.passed:
            raise Failed(failed_invariant_text(result))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Nothing: the invariant is in a rule file, which its failure names."""
        return self.path, None, self.name


@pytest.fixture(scope="session")
def pack(request: pytest.FixtureRequest) -> Policy:
    """The pack in the ini option ``tactful_pack``, by default the shipped pack."""
    from tactful import load

    return _loaded(request.config, str(request.config.getini("tactful_pack")), load)


@pytest.fixture
def decide(pack: Policy) -> Callable[..., Decision]:
    """``decide(case, now=None)``: the decision of ``pack``."""

    def decide(case: Any, now: datetime | None = None) -> Decision:
        return pack.decide(case, now)

    return decide
