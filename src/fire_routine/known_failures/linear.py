"""Regular expressions whose search takes time in proportion to the text, each of them.

Python's `re` goes back and tries again: `(a+)+$` takes hours on fifty letters a and a b. Here all ways to
match are followed at once, character by character (Thompson's construction). Sets of states that occurred are
kept: https://swtch.com/~rsc/regexp/regexp1.html. A search reports only whether a line matches, so lazy
repetitions are the same as greedy ones.
"""

from __future__ import annotations

from itertools import chain

from .automaton import Automaton

MOST_SETS = 500  # sets of states that are kept before they are forgotten
CHARACTERS_PER_UNIT = 8  # of a line, where every step is known already


class TooMuchWorkError(Exception):
    """The budget is spent."""


class Budget:
    """What searches may cost together. A unit is about a microsecond."""

    def __init__(self, units: int) -> None:
        self.left = units

    def spend(self, units: int) -> None:
        """
        Raises:
            TooMuchWorkError: no more is left.
        """
        self.left -= units
        if self.left < 0:
            raise TooMuchWorkError


class _States(dict[str, "_States"]):
    """A set of nodes, and the sets that follow it by the next character; empty at the line's end."""

    def __init__(self, nodes: frozenset[int], before: str) -> None:
        super().__init__()
        self.nodes = nodes
        self.before = before  # the kind of the character before


class Linear:
    """A compiled expression."""

    def __init__(self, pattern: str) -> None:
        """
        Raises:
            PatternError: it is invalid, too large, or can't be searched in linear time.
        """
        automaton = Automaton(pattern)
        self.literal = automaton.literal  # in every match; empty where none is known
        self._first, self._nodes = automaton.first, automaton.nodes
        self._matched = _States(frozenset(), "")
        self._failed = _States(frozenset(), "")
        self._has_places = any(node.place for node in self._nodes)
        self._forget()

    def search(self, line: str, budget: Budget) -> bool:
        """Whether any part of the line matches.

        Raises:
            TooMuchWorkError: the budget is spent.
        """
        if self.literal not in line:
            return False
        budget.spend(1 + len(line) // CHARACTERS_PER_UNIT)
        states, matched = self._start, self._matched
        for character in chain(line, ("",)):
            after = states.get(character)
            if after is None:
                after = self._step(states, character, budget)
            if after is matched:
                return True
            states = after
        return False

    def _forget(self) -> None:
        self._known: dict[tuple[frozenset[int], str], _States] = {}
        self._start = self._set(frozenset(), "start")

    def _set(self, nodes: frozenset[int], before: str) -> _States:
        key = (nodes, before if self._has_places else "")
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _States(*key)
        return known

    def _step(self, states: _States, character: str, budget: Budget) -> _States:
        """The set after a character, for the first time."""
        kind = _kind(character)
        reached, queue, after = {self._first, *states.nodes}, [self._first, *states.nodes], set[int]()
        matched = False
        while queue:
            node = self._nodes[queue.pop()]
            if node.accepts is not None:
                if character and node.accepts(character):
                    after.update(node.targets)
            elif not node.targets:
                matched = True
            elif _is_place(node.place, states.before, kind):
                fresh = [target for target in node.targets if target not in reached]
                reached.update(fresh)
                queue += fresh
        budget.spend(len(reached))
        if len(self._known) > MOST_SETS:
            self._forget()
        following = self._matched if matched else self._failed
        if character and not matched:
            following = self._set(frozenset(after), kind)
        states[character] = following
        return following


def _kind(character: str) -> str:
    if not character:
        return "end"
    return "word" if character == "_" or character.isalnum() else "other"


def _is_place(place: str, before: str, following: str) -> bool:
    if place == "^":
        return before == "start"
    if place == "$":
        return following == "end"
    at_edge = (before == "word") != (following == "word")
    return not place or at_edge == (place == "b")
