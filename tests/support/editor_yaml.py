"""YAML as editors read it."""

from __future__ import annotations

import re
from typing import Any

import yaml


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.2: days are texts, and so are ``yes`` and ``off``. Tags of others are left out."""


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
_Loader.add_multi_constructor("tag:", lambda loader, tag, node: loader.construct_sequence(node))


def read_as_editor(text: str) -> Any:
    """What a file says. Raises ``yaml.YAMLError`` if it is no YAML."""
    return yaml.load(text, Loader=_Loader)
