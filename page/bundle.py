"""Collect what the page's Python needs: ``python page/bundle.py OUT`` fills a folder, which ``build.mjs`` compiles and packs.

Run by an interpreter that has tactful and its dependencies. The wheel of msgspec for Pyodide comes from the package index.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date, timedelta
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import holidays
from holidays.registry import COUNTRIES

ROOT: Final = Path(__file__).parents[1]
MSGSPEC: Final = "0.23.0"
#: What the page leaves out: commands, services, batches, and what needs extras.
LEFT_OUT: Final = (
    "_page",
    *("batch", "cli", "columns", "proofs", "service", "ray.py", "__main__.py", "api/tables.py", "formats/text"),
    *("editor/server.py", "editor/worker.py", "testing", "schemas.py", "importers.py"),
)
LANGUAGES: Final = ("de",)
PACKAGES: Final = ("yaml", "icalendar", "dateutil", "ruamel", "polib", "babel", "tzdata", "typing_extensions", "six")
#: Parts of packages that the page does not need.
UNUSED: Final = re.compile(
    r"/(__pycache__|tests|babel/messages|fuzzing|locale-data|zoneinfo/(right|posix))(/|$)|/_yaml|\.(so|pyd|c|h|pyx)$"
)
#: Parts of Python's own library that nothing on the page imports.
NO_NEED: Final = re.compile(
    r"^(_pyrepl|unittest|multiprocessing|wsgiref|xmlrpc|pydoc_data|sqlite3|venv|curses|dbm|tkinter|idlelib|lib2to3|ensurepip"
    r"|turtledemo|encodings/(cp(?!437)|mac_|iso8859_(?!1\.|15)|big5|euc|gb|hz|johab|iso2022|koi|ptcp|shift|tis|kz|hp_|palmos)"
    r"|(doctest|pydoc|pickletools|imaplib|mailbox|smtplib|poplib|ftplib|turtle|statistics)\.py)"
)
YEARS: Final = (2025, 2030)


def main(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    copy_tree(ROOT / "src" / "tactful", out / "tactful", LEFT_OUT)
    copy_tree(ROOT / "rules", out / "tactful" / "_rules", ("tests", "profiles/tests"))
    copy_tree(ROOT / "messages", out / "tactful" / "_messages", ())
    for file in (*out.glob("tactful/_*/**/*.po"), *out.glob("tactful/_*/*.po")):
        if file.stem not in LANGUAGES:
            file.unlink(missing_ok=True)
    for name in PACKAGES:
        spec = find_spec(name)
        assert spec is not None
        if spec.submodule_search_locations:
            copy_tree(Path(next(iter(spec.submodule_search_locations))), out / name, ())
        else:
            assert spec.origin is not None
            shutil.copy(spec.origin, out / f"{name}.py")
    locales = Path(find_spec("babel").origin).parent  # type: ignore[union-attr, arg-type]
    for locale in ("root", "en", "en_US", *LANGUAGES, "de_DE"):
        (out / "babel" / "locale-data").mkdir(exist_ok=True)
        shutil.copy(locales / "locale-data" / f"{locale}.dat", out / "babel" / "locale-data")
    write_metadata(out)
    shutil.copytree(
        ROOT / "page" / "python" / "holidays", out / "holidays", ignore=shutil.ignore_patterns("__pycache__")
    )
    write_holidays(out / "holidays")
    fetch_msgspec(out)
    write_licences(out.parent / "python-licences.txt")
    examples = {file.stem: file.read_text() for file in sorted((ROOT / "examples").glob("*.yaml"))}
    (out / "tactful" / "browser" / "examples.json").write_text(json.dumps(examples))


def copy_tree(source: Path, target: Path, left_out: tuple[str, ...]) -> None:
    """Copy a folder without what the page does not need."""
    for file in sorted(source.rglob("*")):
        path = file.relative_to(source).as_posix()
        if file.is_dir() or file.suffix == ".json":
            continue
        if UNUSED.search(f"/{source.name}/{path}") and "_rules" not in target.parts:
            continue
        if any(path == name or path.startswith(f"{name}/") for name in left_out):
            continue
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target / path)


def write_metadata(out: Path) -> None:
    """The versions that answers name."""
    for name in ("tactful", "holidays", "tzdata", "icalendar"):
        version = distribution(name).version
        folder = out / f"{name}-{version}.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def shrink_library(source: Path, target: Path) -> None:
    """Python's own library without what the page does not need."""
    shutil.rmtree(target, ignore_errors=True)
    with zipfile.ZipFile(source) as archive:
        archive.extractall(target, [name for name in archive.namelist() if not NO_NEED.search(name)])


def write_licences(file: Path) -> None:
    """The licences of the Python packages that the page carries."""
    texts = []
    for name in (
        "PyYAML",
        "icalendar",
        "python-dateutil",
        "ruamel.yaml",
        "polib",
        "babel",
        "tzdata",
        "holidays",
        "six",
    ):
        package = distribution(name)
        found = [entry for entry in package.files or () if re.search(r"licen[cs]e|copying", entry.name, re.IGNORECASE)]
        text = Path(str(found[0].locate())).read_text(errors="replace") if found else ""
        about = package.metadata.get("License-Expression") or package.metadata.get("License") or "see its project"
        texts.append(f"{name} {package.version}: {about.splitlines()[0]}\n\n{text}")
    file.write_text(f"\n{'-' * 80}\n".join(texts))


def write_holidays(folder: Path) -> None:
    """The table of holidays, and the registry of countries."""
    made_with = "-".join((distribution("holidays").version, *map(str, YEARS), *LANGUAGES))
    kept = ROOT / "page" / "build" / f"holidays-{made_with}.json"
    if not kept.exists():
        table = {known[1]: country(known[0], known[1]) for known in COUNTRIES.values()}
        kept.write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")))
    shutil.copy(kept, folder / "table.json")
    countries = {module: known[:2] for module, known in COUNTRIES.items()}
    (folder / "registry.py").write_text(
        f'"""The countries, as the library names them."""\n\nCOUNTRIES = {countries!r}\n'
    )


def country(name: str, code: str) -> dict[str, Any]:
    kind = getattr(holidays, name)
    whole, days, turned = one(kind, None)
    languages = [name for name in kind.supported_languages if name.partition("_")[0] in LANGUAGES]
    told: dict[str, dict[str, str]] = {language: names(kind, None, days, language) for language in languages}
    parts = {}
    for part in kind.subdivisions:
        _, own, other = one(kind, part)
        for language in languages:
            told[language] |= names(kind, part, own, language)
        difference = {
            "days": {day: label for day, label in own.items() if days.get(day) != label},
            "not": [day for day in days if day not in own],
            "turned": sorted(turned ^ other),
        }
        parts[part] = {key: value for key, value in difference.items() if value}
    return {
        "weekend": sorted(whole.weekend),
        "days": days,
        "turned": sorted(turned),
        "parts": {part: difference for part, difference in parts.items() if difference},
        "subdivisions": list(kind.subdivisions),
        "aliases": dict(kind.subdivisions_aliases),
        "told": told,
    }


def names(kind: Any, part: str | None, english: dict[str, str], language: str) -> dict[str, str]:
    """The names of holidays in a language, by their English names."""
    calendar = kind(subdiv=part, language=language, years=range(YEARS[0], YEARS[1] + 1))
    return {name: str(calendar[day]) for day, name in english.items()}


def one(kind: Any, part: str | None) -> tuple[Any, dict[str, str], set[str]]:
    """A calendar, its holidays, and the days on which people work although they would not, or the other way round."""
    first, last = date(YEARS[0], 1, 1), date(YEARS[1], 12, 31)
    calendar = kind(subdiv=part, language="en_US", years=range(YEARS[0], YEARS[1] + 1))
    all_days = [first + timedelta(days) for days in range((last - first).days + 1)]
    names = {day.isoformat(): str(calendar[day]) for day in sorted(calendar.keys()) if first <= day <= last}
    weekend = calendar.weekend
    turned = {
        day.isoformat()
        for day in all_days
        if calendar.is_working_day(day) != (day.weekday() not in weekend and day.isoformat() not in names)
    }
    return calendar, names, turned


def fetch_msgspec(out: Path) -> None:
    """The wheel of msgspec that Pyodide loads."""
    folder = out.parent / "wheels"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(folder)]
    platform = [
        "--platform",
        "pyemscripten_2026_0_wasm32",
        "--python-version",
        "314",
        "--implementation",
        "cp",
        "--abi",
        "cp314",
    ]
    if not list(folder.glob(f"msgspec-{MSGSPEC}-*.whl")):
        subprocess.run([*command, *platform, f"msgspec=={MSGSPEC}"], check=True)
    (wheel,) = folder.glob(f"msgspec-{MSGSPEC}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
    shrink_library(ROOT / "page/node_modules/pyodide/python_stdlib.zip", Path(sys.argv[1]).resolve().parent / "library")
