"""Domains that name no company: of mail for everybody, and of services that send invitations. See ``domains.txt``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, Literal

Kind = Literal["mail", "service"]
_DATA: Final = "domains.txt"


@cache
def _suffixes(kind: Kind) -> frozenset[str]:
    lines = files(__package__).joinpath(_DATA).read_text("utf-8").splitlines()
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return frozenset(domain for own, domain in pairs if own == kind)


def listed(domain: str, kind: Kind) -> bool:
    """Whether a domain, or one above it, is listed."""
    parts = domain.lower().rstrip(".").split(".")
    return any(".".join(parts[no:]) in _suffixes(kind) for no in range(len(parts)))
