"""Time zones, from the package ``tzdata`` alone: the files of the machine may be of another version."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pkgutil import get_data
from typing import Any


class PackageZone(zoneinfo.ZoneInfo):
    """A time zone that was read from the package. A copy, or a pickle that is read again, is the same zone."""

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
        return PackageZone.from_file(BytesIO(package_data("zoneinfo", *parts)), key=name)
    except (OSError, ValueError) as error:
        raise zoneinfo.ZoneInfoNotFoundError(name) from error


def package_data(*parts: str) -> bytes:
    """A file of the package. Raises ``OSError`` if there is none."""
    data = get_data("tzdata", "/".join(parts))  # importlib.resources takes some milliseconds to import
    if data is None:
        raise OSError("the package `tzdata` cannot be read")
    return data
