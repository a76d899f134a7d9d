"""``tactful messages``: the sentences of a pack in other languages."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tactful.api.policy import Policy, checked_pack, load
from tactful.cli.output import console, fail, guarded, write_file
from tactful.language.catalogs import is_language, languages_in
from tactful.language.ir import CheckedPack
from tactful.language.load.build import build_pack
from tactful.language.load.translations import folder_of, read_text
from tactful.source.diagnostics import InvalidInput

if TYPE_CHECKING:
    from polib import POFile

    from tactful.formats.po import Original, State

messages = typer.Typer(
    name="messages",
    no_args_is_help=True,
    add_completion=False,
    help="The sentences of a pack in other languages, as PO files.",
)

Pack = Annotated[str, typer.Argument(metavar="PACK", help="default, profile:NAME, a YAML file or a folder.")]
#: How many sentences without a translation are listed.
_NAMED = 10


@messages.command()
@guarded
def extract(
    pack: Pack = "default",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file instead.")] = None,
) -> None:
    """Print the sentences of a pack as a PO template, without translations."""
    from tactful.formats.po import originals, template  # takes polib

    policy = load(pack)
    text = str(template(originals(policy.checked, _base(policy))))
    if out is None:
        console().lines(text)
    else:
        write_file(out, f"{text}\n".encode())


@messages.command()
@guarded
def update(
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="The language, such as de or pt-BR.")],
    pack: Pack = "default",
) -> None:
    """Bring the catalogue of a language up to date, in the folder `messages` next to the pack. Translations are kept."""
    from tactful.formats.po import state, template, updated

    if not is_language(language):
        raise typer.BadParameter(f"{language!r} is not the name of a language; write it like de or pt-BR")
    policy = load(pack)
    path = _folder(policy) / f"{language}.po"
    texts = _texts(policy)
    catalog = updated(_parsed(path), texts) if path.exists() else template(texts, language)
    path.parent.mkdir(exist_ok=True)
    write_file(path, f"{catalog}\n".encode())
    _tell(str(path), state(catalog, texts))


@messages.command()
@guarded
def check(
    pack: Pack = "default",
    language: Annotated[str | None, typer.Option("--language", metavar="LANGUAGE", help="Only this language.")] = None,
) -> None:
    """Check that the catalogues of a pack translate every sentence, with the right placeholders."""
    from tactful.formats.po import state

    policy = load(pack)
    folder, texts = _folder(policy), _texts(policy)
    languages = languages_in(folder) if language is None else [language]
    if not languages:
        fail(f"there is no catalogue in `{folder}`; begin one with `tactful messages update LANGUAGE`")
    whole = True
    for name in languages:
        policy.in_language(name)  # reports wrong placeholders
        told = state(_parsed(folder / f"{name}.po"), texts)
        _tell(str(folder / f"{name}.po"), told)
        whole = whole and not (told.missing or told.stale)
    if not whole:
        raise typer.Exit(1)


def _texts(policy: Policy) -> list[Original]:
    """The sentences of a pack, and of the other packs in its folder, as their catalogues are the same."""
    from tactful.formats.po import originals

    path = policy.layers[-1].path
    base = _base(policy)
    texts = {(text.context, text.text): text for text in originals(policy.checked, base)}
    if path is not None and path.is_file():
        for other in sorted(path.parent.glob("*.yaml")):
            with suppress(InvalidInput):  # a case, for example
                beside = load(other)
                for text in originals(beside.checked, _base(beside)):
                    texts.setdefault((text.context, text.text), text)
    return list(texts.values())


def _base(policy: Policy) -> CheckedPack | None:
    """The packs that a pack extends; ``None`` if it extends none."""
    below = policy.layers[:-1]
    return checked_pack(build_pack(list(below))) if below else None


def _folder(policy: Policy) -> Path:
    folder = folder_of(policy.layers[-1])
    if folder is None:
        raise InvalidInput([])  # only packs in files are loaded here
    return folder


def _parsed(path: Path) -> POFile:
    """The catalogue in a file. Raises :class:`tactful.InvalidInput` if it is not a PO file."""
    from tactful.language.catalogs import parsed

    return parsed(read_text(path), str(path))


def _tell(name: str, told: State) -> None:
    out = console()
    done = told.texts - len(told.missing) - len(told.stale)
    share = f"{100 * done // told.texts} %" if told.texts else "nothing to translate"
    out.print(f"{name}: {done} of {told.texts} sentences translated ({share})", soft_wrap=True)
    for what, ids in (("the original changed", told.stale), ("no translation", told.missing)):
        for id_ in ids[:_NAMED]:
            out.print(Text.assemble(f"  {what}: ", (id_, "cyan")), soft_wrap=True)
        if len(ids) > _NAMED:
            out.print(Text(f"  and {len(ids) - _NAMED} more: {what}", "dim"))
