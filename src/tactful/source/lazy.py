"""An attribute that is computed on first use, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it is used as a decorator, as `property` is
    """A property that is computed on first use and kept in the instance's ``__dict__``.

    ``functools.cached_property`` of Python 3.11 holds one lock for all instances while it computes: a slow value of one
    object stops every other thread. Here two threads may compute the same value, and the first to finish is kept. So
    the function must give equal values each time.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        kept: T = instance.__dict__.setdefault(self._name, self._function(instance))
        return kept
