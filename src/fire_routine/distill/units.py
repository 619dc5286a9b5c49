"""A unit for each distinct failure: the lines with its name, its reason and its place, as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .context import LineStore
from .lines import announces, probed, unprefixed, without_escapes
from .rules import ERROR_LIKE, expression
from .score import Weights
from .steps import ERROR, ends_step
from .types import Finding

UNITS = 40  # of the strongest findings
ABOVE, BELOW = 60, 30  # lines in which a name is searched, and a reason or a place
FEWEST = 3  # failures of which most tell the same line
WEAKEST = 0.35  # of the strongest finding's weight; weaker ones are no failures of their own
NAME, PLACE = 0.95, 0.9  # shares of a finding's weight that the line with its name has, and that of its place

# What differs where a name is told again: marks before it, its file, its time behind it.
_BARE = re.compile(rb"^(?:FAILED|ERROR) \S+::|^[\W_]+|[\W_]+$|[\s(]*\d[\d.]* ?m?s\)?$")

# A line that says only that something failed: what did is below.
_EMPTY = re.compile(rb"(?:\W*\w+){1,2}[!:( -]*$")
_ONLY_PLACE = re.compile(rb"\W*\S+:\d+\W*$")
_NAME, _FILE = expression("failure_name"), expression("file_name")
_REASON, _PLACE = expression("failure_reason"), expression("place")
_OTHER_PART = expression("other_part")
_LIBRARY = [expression(name) for name in ("library_frame", "python_library_frame", "other_library_frame")]


def units_of(findings: Sequence[Finding], weights: Weights, store: LineStore) -> tuple[tuple[int, ...], ...]:
    """The numbers of the lines of each unit, the strongest first; of two that share a line, the first.

    Gives the lines with names and places the weight of their findings.
    """
    strongest = sorted(
        (each for each in findings if weights[each.number][0] >= ERROR_LIKE and not each.rule.summary),
        key=lambda finding: (_is_note(finding), -weights[finding.number][0], finding.number),
    )
    least = weights[strongest[0].number][0] * WEAKEST if strongest else 0.0
    units: list[tuple[int, ...]] = []
    seen: set[int] = set()
    names: list[bytes] = []
    texts = _Texts(store)
    for finding in strongest:
        weight = weights[finding.number][0]
        if len(units) >= UNITS or (units and _is_note(finding)):
            break
        if weight < least or finding.number in seen:
            continue
        unit = _unit(finding.number, texts)
        if _says_nothing(unit, texts):
            continue
        row = "name" in unit and _NAME.match(texts[unit["name"]]) is None  # of a list that is headed once
        name = _BARE.sub(b"", texts[finding.number if row else unit.get("name", finding.number)])
        # Told again, as in a summary, with its reason.
        if any(name in told or name.startswith(told + b" - ") for told in names):
            seen.update(unit.values())
            continue
        names.append(name)
        for number in unit.values():
            share = PLACE if number == unit.get("place") else NAME
            if number != finding.number and weights.get(number, (0.0, ""))[0] < weight * share:
                weights[number] = (weight * share, finding.rule.id)
        numbers = sorted(set(unit.values()))
        if not seen.intersection(numbers) or row:
            units.append(tuple(numbers))
        seen.update(numbers)
    common = common_line([each for each in strongest if each.rule.is_list], len(units), store)
    if common is not None:
        weights[common] = (weights[strongest[0].number][0], "common")
        reason = [at for at, text in texts.known(range(common - 1, common - 4, -1)) if _REASON.match(text)]
        units.insert(0, (*reason[:1], common))
    return tuple(units)


def common_line(findings: Sequence[Finding], units: int, store: LineStore) -> int | None:
    """The number of the first of the lines, all with the same text, that most failures tell: their one cause.

    `units`: how many failures there are. Where each fails alike, but in a place of its own, there is none.
    """
    if units < FEWEST:
        return None
    texts, looked = _Texts(store), set[int]()
    places: dict[bytes, list[int]] = {}
    for finding in findings:
        begin = finding.number - finding.at
        looked.update(range(begin, begin + len(finding.lines)))
    for number in sorted(looked & store.text.keys() - store.boilerplate):
        if _has_place(text := texts[number]) and not _NAME.match(text):
            places.setdefault(text.strip(), []).append(number)
    most = max(places.values(), key=len, default=[])
    return most[0] if len(most) >= max(FEWEST, units * 0.6) else None


def _is_note(finding: Finding) -> bool:
    """Whether the line is an annotation: without the finding that it repeats it has no place."""
    return finding.raw.find(ERROR, 0, 60) >= 0


class _Texts:
    """The texts of lines by their numbers, without other tools' prefixes."""

    def __init__(self, store: LineStore) -> None:
        self._store = store

    def __getitem__(self, number: int) -> bytes:
        return unprefixed(without_escapes(probed(self._store.text[number])))

    def known(self, numbers: range) -> Iterator[tuple[int, bytes]]:
        """Those of these lines that are at hand, up to the first that is not, or that ends a step."""
        for number in numbers:
            if number not in self._store.text or ends_step(text := self[number]):
                return
            yield number, text


def _unit(number: int, texts: _Texts) -> dict[str, int]:
    """The numbers of the lines with the finding, the name, the reason and the place, as far as they exist."""
    own = texts[number]
    above, below = range(number - 1, max(number - ABOVE, 0) - 1, -1), range(number + 1, number + 1 + BELOW)
    if _NAME.match(own):
        name, reason = None, _reason(below, texts)
    else:
        name = _name(own, above, texts)
        subjects = (at for at, text in texts.known(below) if text.strip())
        reason = next(subjects, None) if announces(own) or _EMPTY.match(own) else None
        if reason is not None and _NAME.match(texts[reason]):  # a heading above the name, as minitest's
            name, reason = reason, _reason(range(reason + 1, below.stop), texts)
    place = None
    if not _has_place(own):
        last, first = reason or number, name or number
        place = _place(range(last - 1, first, -1), texts)
        if place is None:
            place = _place(range(last, last + 1 + BELOW // 2), texts)
    found = {"finding": number, "name": name, "reason": reason, "place": place}
    return {what: at for what, at in found.items() if at is not None}


def _says_nothing(unit: dict[str, int], texts: _Texts) -> bool:
    """Whether it is a place alone, or a heading without what is wrong, as "- Expected" above "+ Received"."""
    told = [texts[unit[what]] for what in ("finding", "reason") if what in unit]
    if len(unit) == 1 and _ONLY_PLACE.match(told[0]):
        return True
    return all(_EMPTY.match(text) for text in told)


def _reason(below: range, texts: _Texts) -> int | None:
    """The line below a name that says what is wrong, before another name."""
    for at, text in texts.known(below):
        if _NAME.match(text):
            return None
        if _REASON.match(text):
            return at
    return None


def _name(own: bytes, above: range, texts: _Texts) -> int | None:
    """The line above that names what failed; of a row of a list, the one that heads the list."""
    depth = _indent(own)
    for at, text in texts.known(above):
        if _NAME.match(text):
            return at
        if depth and text.strip() and _indent(text) < depth:
            return at if _FILE.match(text.strip()) else None
    return None


def _place(numbers: range, texts: _Texts) -> int | None:
    for at, text in texts.known(numbers):
        if at != numbers.start and (_NAME.match(text) or _OTHER_PART.match(text)):
            return None
        if _has_place(text):
            return at
    return None


def _has_place(text: bytes) -> bool:
    return _PLACE.match(text) is not None and not any(library.match(text) for library in _LIBRARY)


def _indent(text: bytes) -> int:
    return len(text) - len(text.lstrip())
