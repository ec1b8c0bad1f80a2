"""A class of values is what `dataclass(frozen=True, slots=True)` would make, by all one can see."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest
from vault_sync.core.model.value_class import value_class

T = TypeVar("T")


class Bare:
    """Three fields, each given in a way of its own."""

    title: str
    year: int = 1
    names: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """Return both as one text."""
        return f"{self.title} {self.year}"


def class_by(make: Callable[[type], type]) -> Any:
    """Return a class made of `Bare` anew, so that neither decorator meets the other's."""
    return make(type("Paper", (), {**vars(Bare), "__qualname__": "Paper"}))


OURS, THEIRS = class_by(value_class), class_by(dataclass(frozen=True, slots=True))


@pytest.mark.parametrize("given", [("A",), ("A", 2), ("A", 2, ["x"])])
def test_a_value_is_made_shown_and_copied_as_of_a_dataclass(given: tuple[Any, ...]) -> None:
    ours, theirs = OURS(*given), THEIRS(*given)
    assert repr(ours) == repr(theirs)
    assert asdict(ours) == asdict(theirs)
    assert ours.shown == theirs.shown
    assert [each.name for each in fields(OURS)] == [each.name for each in fields(THEIRS)]
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert OURS.__slots__ == THEIRS.__slots__
    for made in (copy(ours), deepcopy(ours), replace(ours), OURS(**asdict(ours))):
        assert made == ours
        assert made is not ours
    assert repr(replace(ours, year=9)) == repr(replace(theirs, year=9))


def test_a_default_is_new_for_each_value() -> None:
    first, second = OURS("A"), OURS("A")
    first.names.append("x")
    assert second.names == []
    deepcopy(second).names.append("y")
    assert second.names == []


def test_values_are_equal_if_class_and_fields_are() -> None:
    assert OURS("A", 1, []) == OURS("A")
    assert OURS("A") != OURS("B")
    assert OURS("A", 1) != OURS("A", 2)
    assert OURS("A") != THEIRS("A")
    assert OURS("A") != ("A", 1, [])


def test_equal_values_are_one_in_a_set() -> None:
    @value_class
    class Single:
        name: str

    assert len({Single("A"), Single("A"), Single("B")}) == 2
    assert len({OURS("A", 1, ()), OURS("A", 1, ()), OURS("A", 2, ())}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS("A"))


@pytest.mark.parametrize("name", ["title", "other"])
def test_a_value_is_not_changed(name: str) -> None:
    value = OURS("A")
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, "B")
    with pytest.raises(FrozenInstanceError):
        delattr(value, name)
    assert value == OURS("A")


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("A", 1, [], 4), {}), (("A",), {"title": "B"}), (("A",), {"pages": 3})],
)
def test_what_a_value_does_not_take_is_refused(
    given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    for made in (OURS, THEIRS):
        with pytest.raises(TypeError, match="__init__"):
            made(*given, **named)


def test_a_class_of_values_may_be_generic() -> None:
    @value_class
    class Both(Generic[T]):
        digest: T
        note: T

    assert Both[int](1, 2) == Both(1, 2)
    match Both("a", "b"):
        case Both(digest, note):
            assert (digest, note) == ("a", "b")
