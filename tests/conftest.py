"""Settings and fixtures of all tests."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from draws import share
from sharing import share_policies

settings.register_profile(
    "tactful",
    deadline=None,  # a busy machine is no fault
    # The same examples on every run; .ci/nightly draws others.
    derandomize=not {"TACTFUL_DRAWS", "TACTFUL_EXAMPLES"} & {*os.environ},
    max_examples=share(100),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("tactful")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-cases`` rewrites the expected outcomes of named cases, ``--update-docs`` those of blocks in docs/."""
    parser.addoption("--update-cases", action="store_true", help="rewrite the expected outcomes of cases")
    parser.addoption(
        "--update-docs",
        action="store_true",
        help="rewrite the output of blocks in the pages of docs/, and their pictures",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Save time that hundreds of tests would spend on the same work."""
    _share_bytecode(config)
    config.add_cleanup(share_policies())


def _share_bytecode(config: pytest.Config) -> None:
    """Let processes that tests start find modules compiled where this environment forbids Python to write bytecode.

    To compile them anew takes each process 0.2 s, and to compile the tests takes each worker of xdist 4 s. They are kept
    for the next run where pytest keeps what it knows of this one, and else outside of the checkout until the tests end.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        if hasattr(config, "cache"):
            folder = str(config.cache.mkdir("bytecode"))
        else:
            folder = tempfile.mkdtemp(prefix="tactful-bytecode-")
            config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        os.environ["PYTHONPYCACHEPREFIX"] = folder


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nearly all that collecting makes stays: to look for garbage in it took a fifth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What was made by now stays, and a test makes much that is soon gone: looking for garbage so often took a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    """Whether to rewrite expected outcomes."""
    return bool(request.config.getoption("--update-cases"))


@pytest.fixture
def update_docs(request: pytest.FixtureRequest) -> bool:
    """Whether to rewrite the output of blocks in pages."""
    return bool(request.config.getoption("--update-docs"))
