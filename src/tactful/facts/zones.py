"""Time zones, from the package ``tzdata`` alone: the files of the machine may be of another version."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any


class PackageZone(zoneinfo.ZoneInfo):
    """A time zone that was read from the package. Copies and pickles of it are the same zone."""

    def __reduce__(self) -> tuple[Callable[[str], Any], tuple[str]]:
        """A pickle names the zone, as those of other zones do."""
        return zone, (self.key,)


@lru_cache(1_024)
def zone(name: str) -> PackageZone:
    """The time zone of an IANA name. Raises :class:`zoneinfo.ZoneInfoNotFoundError` if the package has none of that name."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise zoneinfo.ZoneInfoNotFoundError(name)
    try:
        with files("tzdata").joinpath("zoneinfo", *parts).open("rb") as stream:
            return PackageZone.from_file(stream, key=name)
    except (OSError, ValueError) as error:
        raise zoneinfo.ZoneInfoNotFoundError(name) from error
