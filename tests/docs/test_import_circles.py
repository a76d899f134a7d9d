"""How modules import each other, beside the floors in ``pyproject.toml``."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_modules_import_each_other_in_a_circle() -> None:
    """No module imports itself by way of others at run time, not even inside functions. A circle raises ``CycleError``."""
    graph = grimp.build_graph("tactful", exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert set(TopologicalSorter(imports).static_order()) == graph.modules
