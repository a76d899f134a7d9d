"""Collect the site's pages: ``python docs/make_site.py`` fills ``build/site-docs``, from which ``mkdocs build`` makes ``site/``.

The pages are those of ``docs/``, and one for each shipped rule, made from the rules.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tactful.api.policy import Policy, load
from tactful.language.ir import AddStep, Rule
from tactful.language.load.files import profiles

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
OUT: Final = ROOT / "build" / "site-docs"
#: A link to a file of the repository that is not a page of the site.
_OUTSIDE: Final = re.compile(
    r"\[([^\]]*)\]\((?:\.\./)+(?:README|CONTRIBUTING|CHANGELOG|examples|rules|src|tests|benchmarks)[^)]*\)"
)
_PARAMETER: Final = re.compile(r"\$([a-z][a-z0-9_]*)")


def main() -> None:
    """Write all pages."""
    shutil.rmtree(OUT, ignore_errors=True)
    for page in sorted(DOCS.rglob("*.md")):
        target = OUT / page.relative_to(DOCS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_OUTSIDE.sub(r"\1", page.read_text()))
    _write_rules(load())


def _write_rules(policy: Policy) -> None:
    folder = OUT / "rules"
    folder.mkdir()
    overrides = _overrides()
    rules = sorted(policy.checked.rules, key=lambda rule: (rule.group, rule.id))
    for rule in rules:
        (folder / f"{rule.id}.md").write_text("\n".join(_page(policy, rule, overrides.get(rule.id, ()))) + "\n")
    (folder / "index.md").write_text("\n".join(_index(rules)) + "\n")


def _index(rules: list[Rule]) -> Iterator[str]:
    yield "# The shipped rules\n"
    yield f"{len(rules)} rules, each with its text, its source and its parameters."
    group = None
    for rule in rules:
        if rule.group != group:
            group = rule.group
            yield f"\n## {(group or 'others').replace('-', ' ').capitalize()}\n"
        yield f"- [{rule.id}]({rule.id}.md): {rule.about}"


def _page(policy: Policy, rule: Rule, changed_by: tuple[str, ...]) -> Iterator[str]:
    text = _text(policy, rule)
    yield f"# {rule.id}\n"
    yield f"{rule.about}\n"
    yield "| | |"
    yield "| --- | --- |"
    yield f"| concludes | {_concludes(rule)} |"
    yield f"| for each | {rule.entity} |"
    yield f"| priority | {rule.priority} |"
    yield f"| source | {rule.source or 'none'} |"
    yield f"| file | `{rule.span.file}`, line {rule.span.line} |"
    yield f"| changed by | {', '.join(f'`profile:{name}`' for name in changed_by) or 'no shipped profile'} |"
    used = [policy.parameters[name] for name in dict.fromkeys(_PARAMETER.findall(text)) if name in policy.parameters]
    if used:
        yield "\n## Parameters\n"
        yield "| parameter | value | about |"
        yield "| --- | --- | --- |"
        for parameter in used:
            yield f"| `${parameter.name}` | {parameter.value} | {parameter.about} |"
    yield "\n## Text\n"
    yield f"```yaml\n{text}\n```"
    yield f"\n`tactful rules {rule.id}` shows it after overlays, and [how a decision is made](../explanation/how-a-decision-is-made.md)"
    yield "says how it counts beside others."


def _concludes(rule: Rule) -> str:
    conclusion = rule.conclusion
    if isinstance(conclusion, AddStep):
        return f"a step of `{conclusion.action}`"
    return f"{conclusion.modality.replace('_', ' ')} `{conclusion.action}`"


def _text(policy: Policy, rule: Rule) -> str:
    """The rule as its file has it: its line, and the lines below that are indented more."""
    lines = policy.checked.sources[rule.span.file].splitlines()
    first = lines[rule.span.line - 1]
    depth = len(first) - len(first.lstrip())
    kept = [first]
    for line in lines[rule.span.line :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        kept.append(line)
    return "\n".join(line[depth:] for line in kept).rstrip()


def _overrides() -> Mapping[str, tuple[str, ...]]:
    """The shipped profiles that change or switch off each rule, by the rule's id."""
    changed: dict[str, tuple[str, ...]] = {}
    base = {rule.id: rule for rule in load().checked.rules}
    for name in profiles():
        checked = load(f"profile:{name}").checked
        here = {rule.id for rule in checked.rules}
        for id_ in base:
            files = {key.file for key in checked.definitions[id_].keys} if id_ in checked.definitions else set()
            if id_ not in here or any("profiles/" in file for file in files):
                changed[id_] = (*changed.get(id_, ()), name)
    return changed


if __name__ == "__main__":
    main()
