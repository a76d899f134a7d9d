"""What a pack was read from, as texts alone: small to pickle, quick to compare, and enough to make the pack again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from tactful.language.load.files import Layer, parsed


class LayerSource(msgspec.Struct, frozen=True):
    """The texts of a :class:`Layer`, as pairs of name and text. The other fields are the layer's."""

    label: str
    files: tuple[tuple[str, str], ...]
    overlay: bool
    stack: frozenset[int]
    named: bool
    path: Path | None


class Source(msgspec.Struct, frozen=True):
    """The texts of a pack, the lowest base first; ``day``: the day (an ordinal) whose values and rules are in force."""

    layers: tuple[LayerSource, ...]
    day: int | None = None

    def read(self) -> list[Layer]:
        """The layers, with their texts parsed again."""
        return [_layer(source) for source in self.layers]


def source_of(layers: Iterable[Layer]) -> Source:
    """The source of some layers."""
    return Source(
        tuple(
            LayerSource(
                layer.label,
                tuple((file.name, file.text) for file in layer.files),
                layer.overlay,
                layer.stack,
                layer.named,
                layer.path,
            )
            for layer in layers
        )
    )


def _layer(source: LayerSource) -> Layer:
    files = tuple(parsed(name, text) for name, text in source.files)
    return Layer(source.label, files, source.overlay, source.stack, source.named, source.path)
