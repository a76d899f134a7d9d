"""CEL, by Google's C++ runtime: the same policy as ``cel.py``'s, with the extensions that name values and take maxima."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .cel import NOBODY, Words, fired, policy
from .prepare import prepared
from .protocol import Fired

#: Only layers use ``cel.bind``: in 0.1.3 a ``cel.bind`` inside the value of another can get the other's value (a maximum of a
#: map). So maxima of lists are written in plain CEL.
EXTENDED: Final = Words(
    named=lambda name, value, body: f"cel.bind({name}, {value}, {body})",
    latest="math.greatest(xs)",
    earliest="math.least(xs)",
)


class CelCpp:
    name = "CEL (C++: cel-expr-python)"
    package = "cel-expr-python"
    says = (
        "Moments in seconds, business days, office hours and local days come from the host.",
        "The whole policy is one compiled expression. Its types are not checked, because a map has facts of several types.",
        "Deadlines and what fires come back as lists of numbers; the host puts the rules' names to them.",
    )

    def load(self) -> None:
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_bindings, ext_math

        environment = cel.NewEnv(
            variables=dict.fromkeys(NOBODY, cel.Type.DYN),
            extensions=[ext_bindings.ExtBindings(), ext_math.ExtMath()],
        )
        self._expression: Any = environment.compile(policy(EXTENDED), disable_check=True)
        self._expression.eval(data=dict(NOBODY))

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        return [list(fired(case, self._expression.eval(data=case).plain_value())) for case in map(prepared, cases)]


def peer() -> CelCpp:
    """The peer."""
    return CelCpp()
