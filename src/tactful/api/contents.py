"""What a pack consists of, for programs that list it: parameters, actions, facts and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from tactful.facts.fields import given_fields
from tactful.facts.kinds import kind_name
from tactful.language.ir import CheckedPack
from tactful.language.load.files import Layer
from tactful.language.terms import AdviceKind


class ParameterInfo(msgspec.Struct, frozen=True):
    """A parameter of a pack, with its values as the files have them.

    ``dated``: where the value depends on the day, each value with the day from which it counts; ``value`` is the first.
    ``adjustable``: whether a case may state a value of its own.
    """

    name: str
    value: str
    about: str
    dated: tuple[tuple[date, str], ...]
    adjustable: bool


class ActionInfo(msgspec.Struct, frozen=True):
    """An action of a pack. ``is_a`` are the actions that it is a kind of, the nearest first; ``about`` is its label."""

    id: str
    about: str
    kind: AdviceKind
    is_a: tuple[str, ...]
    channel: str | None


class FactInfo(msgspec.Struct, frozen=True):
    """A fact that rules of a pack can ask about. ``id`` is ``entity.name``, ``kind`` the kind of its values in words."""

    id: str
    kind: str
    about: str
    origin: Literal["given", "custom", "computed"]


def parameters_of(checked: CheckedPack) -> Mapping[str, ParameterInfo]:
    """The parameters by name."""
    adjustable = {parameter.name for parameter in checked.adjustable}
    return MappingProxyType(
        {
            parameter.name: ParameterInfo(
                parameter.name,
                parameter.value,
                parameter.about,
                tuple((date.fromordinal(dated.day), dated.value) for dated in parameter.dated),
                parameter.name in adjustable,
            )
            for parameter in checked.parameters
        }
    )


def actions_of(checked: CheckedPack) -> Mapping[str, ActionInfo]:
    """The actions by id."""
    return MappingProxyType(
        {
            id_: ActionInfo(id_, action.about, action.kind, action.family[1:], action.channel)
            for id_, action in sorted(checked.actions.items())
        }
    )


def facts_of(checked: CheckedPack) -> Mapping[str, FactInfo]:
    """The facts by ``entity.name``: given ones, then custom ones, then computed ones."""
    return MappingProxyType({fact.id: fact for fact in _facts(checked)})


def _facts(checked: CheckedPack) -> Iterator[FactInfo]:
    for entity, fields in given_fields().items():
        for name, field in fields.items():
            id_ = f"{entity}.{name}"
            yield FactInfo(id_, kind_name(field.kind), checked.fields[id_].about, "given")
    for entity, kinds in checked.custom.items():
        for name, kind in kinds.items():
            id_ = f"{entity}.{name}"
            yield FactInfo(id_, kind_name(kind), checked.fields[id_].about, "custom")
    for fact in checked.named_facts:
        yield FactInfo(fact.id, kind_name(fact.kind), fact.about, "computed")


def paths_of(layer: Layer) -> Iterator[Path]:
    """The files of a layer; none for a text."""
    if layer.path is None:
        return
    for file in layer.files:
        # A file in a folder is shown with the folder's name before its own.
        yield layer.path / Path(file.name).name if layer.path.is_dir() else layer.path
