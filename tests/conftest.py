"""What all tests share."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-cases`` writes the expected outcomes of named cases anew."""
    parser.addoption("--update-cases", action="store_true", help="write the expected outcomes of cases anew")


@pytest.fixture
def update_cases(request: pytest.FixtureRequest) -> bool:
    """Whether expected outcomes are to be written anew."""
    return bool(request.config.getoption("--update-cases"))
