"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "tactful",
    deadline=None,  # a busy machine is no fault
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("tactful")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-cases`` and ``--update-docs`` write expected outcomes anew: of named cases, and of blocks in docs/."""
    parser.addoption("--update-cases", action="store_true", help="write the expected outcomes of cases anew")
    parser.addoption("--update-docs", action="store_true", help="write what blocks print into the pages of docs/ anew")


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    """Whether expected outcomes are to be written anew."""
    return bool(request.config.getoption("--update-cases"))


@pytest.fixture
def update_docs(request: pytest.FixtureRequest) -> bool:
    """Whether what the blocks of pages print is to be written into the pages."""
    return bool(request.config.getoption("--update-docs"))
