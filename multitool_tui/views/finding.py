"""What a filter finds: words, `key:value`, and `!` before either to leave out what it matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a filter. `key` is empty where any of the values may match."""

    text: str
    key: str = ""
    out: bool = False

    def keeps(self, values: Mapping[str, str]) -> bool:
        """Whether something with these values, by key, is kept."""
        if self.key:
            return (self.text in values.get(self.key, "").casefold()) is not self.out
        return any(self.text in value.casefold() for value in values.values()) is not self.out


@dataclass(frozen=True)
class Needle:
    """A filter: what it keeps matches every one of its terms. Without terms it keeps everything."""

    terms: tuple[Term, ...] = ()

    def keeps(self, values: Mapping[str, str]) -> bool:
        """Whether something with these values, by key, is kept."""
        return all(term.keeps(values) for term in self.terms)

    def may_find(self, said: str) -> bool:
        """Whether something may be kept of which every value is within `said`, in small letters; soon told."""
        return all(term.text in said for term in self.wanted.terms)

    @cached_property
    def wanted(self) -> Needle:
        """The terms that must match."""
        return Needle(tuple(term for term in self.terms if not term.out))

    @cached_property
    def unwanted(self) -> Needle:
        """The terms that leave out."""
        return Needle(tuple(term for term in self.terms if term.out))


def parse_needle(text: str, keys: frozenset[str]) -> Needle:
    """Read what was typed into a filter: `check`, `state:held`, `!prod`, several of them with spaces between.

    A colon after anything but one of the `keys` is part of the word: `checkout:live` is a target.
    """
    terms = []
    for word in text.casefold().split():
        kept = word.removeprefix("!")
        key, colon, value = kept.partition(":")
        if not (colon and key in keys):
            key, value = "", kept
        if value:
            terms.append(Term(value, key, out=word.startswith("!")))
    return Needle(tuple(terms))
