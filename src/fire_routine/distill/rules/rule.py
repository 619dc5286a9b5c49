"""What a rule is: data about one format of one tool."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...patterns import pattern

# Scale of weights. Between these, a rule may be placed by how surely its line explains a failure.
CAUSE = 10.0  # the tool says what is wrong, and where
RESULT = 7.0  # names what failed, without saying why
REPORT = 5.0  # an error by its looks, of no known tool
HINT = 2.5  # a word that often stands near a cause
CONSEQUENCE = 1.5  # follows from a failure that was reported before
WARNING = 1.2  # explains a failure only where nothing else does
NOISE = 0.1  # looks like an error and is none
TRACE = 50  # lines of a stack trace, whatever rule takes the exception's message


@dataclass(frozen=True, slots=True)
class Rule:
    """One format.

    `literals` are lower-case, and any digit in them stands for every digit: a line is tested against
    `pattern` only where one of them stands in it. `^x~text` stands for text in a line whose first
    character is x, and where the text begins with x or has no three letters in a row, at its beginning.
    Each line of a log with such a literal is looked at, so a literal that few lines hold is cheap.
    `ahead` and `back` say which neighbours belong to the line: `ahead` lines after it that are indented
    deeper or continue it (see `blocks`), `back` lines before it that match `leads`, or the `heading`.
    What most rules have is left out where they are read (see `rule`).
    """

    name: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    weight: float
    ahead: int
    paragraph: int  # lines after it that belong to it whatever they look like, up to a blank one
    back: int
    leads: re.Pattern[bytes] | None
    heading: re.Pattern[bytes] | None  # the nearest of the `back` lines that matches is its heading
    section: re.Pattern[str] | None  # the line opens a section, which a line like this ends
    limit: int  # lines of a section
    # A line of it that shows a source: its words are none, though a format that names causes still counts,
    # since what a test printed stands in the section, too.
    quoted: re.Pattern[bytes] | None
    listed: bool  # its lines make a list of what failed: many of them tell as much as a few
    instead: str  # they make such a list where this other rule takes none
    beside: frozenset[str]  # its line tells something only where one of these takes one, too
    indented: bool  # its lines may be
    total: bool  # its line says how much failed in all
    warns: bool  # a warning of its tool is what made the build fail
    logged: bool  # programs print it where nothing fails, too
    lasting: bool  # its process fails of it in the end, though the tests passed
    reason: re.Pattern[bytes] | None  # a line beside it that tells as much as its own: why
    apart: re.Pattern[bytes] | None  # a line beside it that tells it from others, and not why
    unless: re.Pattern[bytes] | None  # what the line below says where this one is not meant


def rule(
    name: str,
    literals: str,
    expression: str,
    weight: float,
    *,
    ahead: int = 12,
    paragraph: int = 0,
    back: int = 0,
    leads: str = "",
    heading: str = "",
    section: str = "",
    limit: int = 400,
    quoted: str = "",
    listed: bool = False,
    instead: str = "",
    beside: str = "",
    total: bool = False,
    warns: bool = False,
    logged: bool = False,
    lasting: bool = False,
    unless: str = "",
    reason: str = "",
    apart: str = "",
) -> Rule:
    """A rule from text; `literals` and names are separated by `|`."""
    return Rule(
        name,
        tuple(literals.split("|")),
        pattern(expression),
        weight,
        ahead,
        paragraph,
        back,
        pattern(leads.encode()) if leads else None,
        pattern(heading.encode()) if heading else None,
        pattern(section) if section else None,
        limit,
        pattern(quoted.encode()) if quoted else None,
        listed,
        instead,
        frozenset(filter(None, beside.split("|"))),
        indented=expression.startswith(("^\\s", "^ ")),
        total=total,
        warns=warns,
        logged=logged,
        lasting=lasting,
        reason=pattern(reason.encode()) if reason else None,
        apart=pattern(apart.encode()) if apart else None,
        unless=pattern(unless.encode()) if unless else None,
    )
