"""Tables of applications as programs save them."""

from __future__ import annotations

from typing import Any

import pytest

import tactful
from tactful.formats.importers import CaseFile, Imported, Options, import_files

POLICY = tactful.loads("rules: {}")
NOW = 1_772_000_000  # 25 February 2026


def _import(text: str, into: str | None = None) -> Imported:
    case = None if into is None else CaseFile("case.yaml", into.encode())
    return import_files([CaseFile("t.csv", text.encode())], POLICY, Options(time_zone="Europe/Oslo"), NOW, case)


def _applications(imported: Imported) -> list[tuple[Any, ...]]:
    case = POLICY.read_text(imported.text, "case.yaml")
    return [(family.application.company, family.application.role) for family in case.families]


def _refused(text: str) -> str:
    with pytest.raises(tactful.InvalidInput) as refused:
        _import(text)
    return "\n".join(f"{mistake.code} {mistake.message} {mistake.help}" for mistake in refused.value.diagnostics)


@pytest.mark.parametrize(
    "companies",
    [
        ["株式会社テスト", "日本"],
        ["Яндекс", "Кирилица"],
        ["شركة", "مصنع"],
        ["😀", "🚀"],
        ["日本 Acme", "Acme", "中国 Acme"],
        ["กขค", "חברה"],
    ],
)
def test_companies_in_any_script(companies: list[str]) -> None:
    """Each company is an application of its own, with an id that stays when the table is imported again."""
    text = "company\n" + "\n".join(companies) + "\n"
    imported = _import(text)
    assert _applications(imported) == [(company, None) for company in companies]
    assert _import(text, imported.text).changes == ()
    assert _import("company\n" + "\n".join(reversed(companies)) + "\n", imported.text).changes == ()


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\v", "\f", "\xa0", "\u3000"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_line_ends_of_unicode_are_text(mark: str, quote: str) -> None:
    """Only CR and LF end a row. Everything else that Unicode takes for a line end or a space is a space in a cell."""
    text = f"company,role\n{quote}Acme{mark}Ltd{quote},Analyst\nBeta,Engineer\n"
    assert _applications(_import(text)) == [("Acme Ltd", "Analyst"), ("Beta", "Engineer")]


@pytest.mark.parametrize(
    "text",
    [
        "company,role,,\nAcme,Analyst,,\n",
        "company,,role,\nAcme,,Analyst\n",
        "company,role\nAcme,Analyst,,,\n,,,\n",
        "company,role" + "," * 998 + "\nAcme,Analyst\n",
        "company;role\r\nAcme;Analyst\r\n",
        "sep=;\ncompany;role\nAcme;Analyst\n",
        "company\trole\nAcme\tAnalyst",
        "\ufeffcompany,role\rAcme,Analyst\r",
        "\n\nCompany, ROLE\nAcme, Analyst\n",
        'company,role\nAcme,"Analyst"\n',
    ],
)
def test_tables_as_programs_save_them(text: str) -> None:
    """Blank columns, separators, marks and line ends do not matter."""
    imported = _import(text)
    assert _applications(imported) == [("Acme", "Analyst")]
    assert imported.notes == ()


def test_a_blank_heading_over_values_is_noted() -> None:
    """What stands in a column without a heading is not dropped in silence."""
    assert "column 2 has no heading" in _import("company,\nAcme,Analyst\n").notes[0].message


def test_one_column() -> None:
    """A table may have one column."""
    assert _applications(_import("company\nAcme\nBeta\n")) == [("Acme", None), ("Beta", None)]


def test_several_jobs_at_one_company() -> None:
    """Jobs are told apart by their role, in any order, and also where their ids would be the same."""
    text = "company,role\nAcme,C++\nACME,C#\nAcme,Analyst\n"
    imported = _import(text)
    assert [role for _, role in _applications(imported)] == ["C++", "C#", "Analyst"]
    assert _import(text, imported.text).changes == ()


@pytest.mark.parametrize("rows", ["Acme,Analyst\nAcme,Analyst", "Acme,\nAcme,Analyst", "Acme,\nAcme,"])
def test_jobs_that_cannot_be_told_apart(rows: str) -> None:
    """Where the role does not help, the message says what does."""
    assert "add a column `id`" in _refused(f"company,role\n{rows}\n")


@pytest.mark.parametrize("day", ["31.12.2026", "31/12/2026", "12/31/2026", "31-12-2026", "1.2.26"])
def test_days_of_unknown_order(day: str) -> None:
    """Day and month could be mistaken, so such days are refused, with what to do."""
    assert "reply_by (dd.mm.yyyy)" in _refused(f"company,reply_by\nAcme,{day}\n")


def test_days_as_numbers() -> None:
    """Excel's numbers of days are refused, with what to do."""
    assert "Excel" in _refused("company,reply_by\nAcme,46023\n")


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("reply_by (dd.mm.yyyy)", "31.12.2026"),
        ("Reply by (DD/MM/YYYY)", "31/12/2026"),
        ("reply_by (mm/dd/yyyy)", "12/31/2026"),
        ("reply_by (yyyy-mm-dd)", "2026-12-31"),
        ("reply_by(d.m.yyyy)", "31.12.2026"),
    ],
)
def test_days_in_the_order_of_the_heading(heading: str, day: str) -> None:
    """The heading may say the order of day, month and year."""
    assert "reply_by: 2026-12-31" in _import(f"company,{heading}\nAcme,{day}\n").text


def test_an_unclosed_quote_is_pointed_at() -> None:
    """The mistake is where the row begins, not at the end of the file."""
    with pytest.raises(tactful.InvalidInput) as refused:
        _import('company,role\n"Acme,Analyst\nBeta,x\n')
    (mistake,) = refused.value.diagnostics
    assert mistake.span is not None
    assert (mistake.code, mistake.span.line) == ("T502", 2)


def test_a_thousand_columns() -> None:
    """A table with very many columns is refused at once."""
    assert "more than 200 columns" in _refused("company," + ",".join(f"c{no}" for no in range(999)) + "\nAcme\n")
