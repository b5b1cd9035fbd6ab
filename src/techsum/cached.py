"""A property that is computed once.

`functools.cached_property` holds a lock before Python 3.12, one for all objects of a class: while one article
was split into sentences, every other one waited. Here two threads may compute a value; the first one stays.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 - called like the standard library's
    """As `functools.cached_property`, without its lock."""

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
        # a value in the object's own dictionary is found before this is asked again
        value: T = instance.__dict__.setdefault(self._name, self._function(instance))
        return value
