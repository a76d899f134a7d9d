"""Write the reference pages that come from the code: ``python docs/make_reference.py``."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tactful.api.policy import load
from tactful.api.tables import REJECTS
from tactful.columns.ranking.write import ACTIONS, JUSTIFICATIONS, STEPS
from tactful.columns.tables.schema import schemas
from tactful.facts.kinds import Kind
from tactful.facts.reading.custom import Declared
from tactful.formats.text.facts import FactDescription, describe_facts, kind_in_words, values_of
from tactful.language.phrases import KINDS, PHRASES, Phrase
from tactful.service.endpoints import ENDPOINTS
from tactful.service.openapi import description_text
from tactful.source.codes.pages import codes, page

REFERENCE = Path(__file__).parent / "reference"
EXPLANATION = Path(__file__).parent / "explanation"
PACKAGE = Path(__file__).parents[1] / "src" / "tactful"
TABLES = """# Tables

These are the tables that `pack.decide_tables(tables)` and `tactful batch` read and write.
[Decide over tables](../how-to/decide-over-tables.md) shows them in use.

## Facts

Only the table `candidates` is required, and in each table only the ids (and `ended_at` of interviews). A missing table, column or
value is unknown. Rows may be in any order; people, interviews and messages of an application
stay in the order of their rows. A pack's custom facts are columns of the table of their entity, under their own names.
A parameter that cases may state is a column of `candidates`; its name begins with `$`, as in rules.
[The facts](facts.md) says what each field means, and which values it can have.
`pack.decide_tables` checks all tables and columns. `tactful batch` does not read columns on which no decision depends,
and so does not notice mistakes in them.

The types are those that `pack.tables(cases)` writes. These are read as well:

- timestamps of other units, and timestamps without a time zone, which are local, as in JSON;
- text in ISO 8601 for moments;
- dates, and text like `2026-12-01`, for `reply_by`, `answer_by`, `start_on` and custom moments; they mean the end of that day;
- durations for lengths of time, and text like `09:00` for times of day;
- dictionaries of strings for strings, and the other way round; numbers of any width and
  decimals; dictionaries of any of these.

What a case in JSON cannot have is refused in a table too: infinite numbers, whole numbers beyond 2^53, ids of nothing but spaces. `NaN`
is unknown, as pandas has it. Fractions of a second are dropped.
"""
DECIDED = """## Decisions

Rows are sorted by candidate (in the order of `candidates`), conclusion and `no`. Strings are dictionary-encoded in memory.
"""


#: A placeholder of a question, which reads best with its text for unknown values.
_DEFAULT = re.compile(r"\{[^{}|]*\|([^{}]*)\}")
#: The generated tables of docs/reference/facts.md stand between these lines.
FACTS_BEGIN, FACTS_END = "<!-- facts: begin -->", "<!-- facts: end -->"
#: The generated tables of docs/reference/rule-language.md stand between these lines.
PHRASES_BEGIN, PHRASES_END = "<!-- phrases: begin -->", "<!-- phrases: end -->"


def main() -> None:
    """Write the pages of codes, tables and modules, and the generated parts of the facts and the rule language."""
    (REFERENCE / "codes.md").write_text(codes_page())
    (REFERENCE / "tables.md").write_text(tables_page())
    (EXPLANATION / "modules.md").write_text(modules_page())
    (REFERENCE / "openapi.json").write_bytes(description_text(ENDPOINTS) + b"\n")
    facts = REFERENCE / "facts.md"
    facts.write_text(with_facts(facts.read_text()))
    language = REFERENCE / "rule-language.md"
    language.write_text(with_phrases(language.read_text()))


def codes_page() -> str:
    """The page of all codes."""
    return "# Codes\n\n" + "\n".join(f"## {id_}\n\n```text\n{page(id_)}\n```\n" for id_ in codes())


def with_facts(text: str) -> str:
    """The text with new tables of facts between its marks."""
    return _between(text, FACTS_BEGIN, FACTS_END, fact_tables())


def with_phrases(text: str) -> str:
    """The text with new tables of phrases between its marks."""
    return _between(text, PHRASES_BEGIN, PHRASES_END, phrase_tables())


def _between(text: str, begin: str, end: str, tables: str) -> str:
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{tables}\n{end}{after}"


def phrase_tables() -> str:
    """What each kind of field can be asked, and what each phrase means. A kind without phrases of its own is left out."""
    shown = sorted(PHRASES, key=lambda phrase: "{field}" in phrase.templates[0])
    own = {kind: _code(_examples(shown, kind)) for kind in KINDS}
    by_kind = "".join(f"| {_kind(kind)} | {phrases} |\n" for kind, phrases in own.items() if phrases)
    always = _code(example for phrase in shown if phrase.kinds == KINDS for example in phrase.examples(KINDS[0]))
    meanings = "".join(f"| {_code(_most_examples(phrase))} | {_meaning(phrase)} |\n" for phrase in shown)
    return (
        f"| kind of field | phrases |\n| --- | --- |\n{by_kind}| any | {always} |\n\n"
        f"`F` stands for another field.\n\n| phrase | meaning |\n| --- | --- |\n{meanings}"
    )


def _examples(phrases: list[type[Phrase]], kind: type[Kind]) -> Iterator[str]:
    """The examples of phrases that fields of this kind take, without those that every kind takes."""
    return (example for phrase in phrases if phrase.kinds != KINDS for example in phrase.examples(kind))


def _most_examples(phrase: type[Phrase]) -> tuple[str, ...]:
    """The examples for the kind of field that has the most."""
    return max((phrase.examples(kind) for kind in phrase.kinds), key=len)


def _kind(kind: type[Kind]) -> str:
    name = str(kind.__struct_config__.tag)
    return "one of a set" if name == "one of" else name


def _code(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _meaning(phrase: type[Phrase]) -> str:
    first, _, _ = (inspect.getdoc(phrase) or "").partition("\n\n")
    return " ".join(first.split()).replace("``", "`")


def fact_tables() -> str:
    """A table of the given fields for each entity; the questions are those of the shipped pack."""
    facts = [fact for fact in describe_facts(load().checked) if fact.origin == "given"]
    entities = dict.fromkeys(fact.entity for fact in facts)
    return "\n".join(_fact_table(entity, [fact for fact in facts if fact.entity == entity]) for entity in entities)


def _fact_table(entity: str, facts: list[FactDescription]) -> str:
    columns = ("field", "kind", "values", "what it means", "example", "who can change it", "question")
    head = f"| {' | '.join(columns)} |\n| {' | '.join('---' for _ in columns)} |\n"
    return f"### `{entity}`\n\n{head}{''.join(_fact_row(fact) for fact in facts)}"


def _fact_row(fact: FactDescription) -> str:
    values = ", ".join(f"`{value}`" for value in values_of(fact.kind))
    question = _DEFAULT.sub(r"\1", fact.ask)
    cells = (
        f"`{fact.name}`",
        kind_in_words(fact.kind),
        values,
        fact.about,
        f"`{fact.example}`",
        fact.changed_by,
        question,
    )
    return f"| {' | '.join(cells)} |\n"


def tables_page() -> str:
    """The page of all tables."""
    decided = {"actions": ACTIONS, "justifications": JUSTIFICATIONS, "steps": STEPS, "rejects": REJECTS}
    return "\n".join([TABLES, *_tables(schemas(Declared())), DECIDED, *_tables(decided)])


def _tables(tables: dict[str, pa.Schema]) -> list[str]:
    return [
        f"### `{name}`\n\n| column | type | what it means |\n| --- | --- | --- |\n{_rows(schema)}"
        for name, schema in tables.items()
    ]


def _rows(schema: pa.Schema) -> str:
    return "".join(f"| `{field.name}` | {_type(field)} | {_about(field)} |\n" for field in schema)


def _type(field: pa.Field) -> str:
    return f"{_name(field.type)}{', or null' if field.nullable else ''}"


def _name(type_: Any) -> str:
    if pa.types.is_dictionary(type_):
        return _name(type_.value_type)
    return f"list of {_name(type_.value_type)}" if pa.types.is_list(type_) else str(type_)


def _about(field: pa.Field) -> str:
    about: bytes = (field.metadata or {}).get(b"description", b"")
    return about.decode()


#: A role of reStructuredText, such as :class:`tactful.InvalidInput`.
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_SENTENCE = re.compile(r".*?[.?!](?=\s|$)")
MODULES = """# The modules

Every module with the first sentence of its docstring. [The architecture](architecture.md) says how the rooms belong together.
"""


def modules_page() -> str:
    """The page of all modules, by room."""
    rooms: dict[str, list[tuple[str, str]]] = {}
    for path, about in modules():
        room = path.split("/", 1)[0] if "/" in path else "at the top"
        rooms.setdefault(room, []).append((path, about))
    return MODULES + "".join(_room(room, rows) for room, rows in rooms.items())


def _room(room: str, rows: list[tuple[str, str]]) -> str:
    title = f"`{room}/`" if "/" in rows[0][0] else "At the top"
    table = "".join(f"| `{path}` | {about} |\n" for path, about in rows)
    return f"\n## {title}\n\n| module | what it is for |\n| --- | --- |\n{table}"


def modules() -> Iterator[tuple[str, str]]:
    """The path of every module of the package and the first sentence of its docstring, the top first."""
    paths = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")]
    for path in sorted(paths, key=lambda path: (len(path.parts) > 1, _order(path))):
        docstring = ast.get_docstring(ast.parse((PACKAGE / path).read_text())) or ""
        yield path.as_posix(), first_sentence(docstring)


def _order(path: Path) -> tuple[str, ...]:
    """A package's own module before its parts."""
    return (*path.parts[:-1], "" if path.name == "__init__.py" else path.name)


def first_sentence(docstring: str) -> str:
    """The first sentence of a docstring as Markdown."""
    paragraph = " ".join(docstring.split("\n\n", 1)[0].split())
    match = _SENTENCE.match(paragraph)
    sentence = match.group() if match is not None else paragraph
    return _ROLE.sub(r"`\1`", sentence.replace("``", "`")).replace("|", "\\|")


if __name__ == "__main__":
    main()
