"""Requests to one repository: each in time, reads repeated after a transient fault, listings page by page."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote

from ..clock import Clock, Deadline
from ..model.outcome import GitHubError, Say, quiet
from ..retrying import retrying
from . import fields
from .fields import Json
from .transport import GRAPHQL, Transport

PAUSES = (0.3, 1.0, 2.0, 4.0, 8.0, 8.0)  # seconds before a read is asked again; all but the first: insisting
WORTH_SAYING = 1.0  # seconds; shorter waits are of no interest
MAX_PAGES = 10  # of 100 items
SPARE = 0.1  # of the hour's requests: below this share, what is left is spared
UNDOCUMENTED = "GitHub's answer is not of the documented shape"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What GitHub lists: one page or several. What is not of the documented shape is no item."""

    items: list[T]
    total: int  # how many there are in all, as far as GitHub states it


class Api:
    """Fails with `GitHubError` alone. Safe to use from several threads."""

    def __init__(
        self,
        transport: Transport,
        token: str,
        repository: str,
        *,
        patience: float,
        clock: Clock,
        say: Say = quiet,
    ) -> None:
        """
        Args:
            token: that `transport` sends; empty: none.
            patience: seconds for one request as a whole.
            say: gets a line before each wait of a second or more: why, and how long.
        """
        self._say = say
        self._said: set[str] = set()  # shared by copies
        self.token = token
        self.repository = repository
        self.clock = clock
        self._transport = transport
        self._patience = patience
        self._deadline = math.inf
        self._insisting_until = -math.inf
        self._left = [1.0]  # the share of the hour's requests, by GitHub's last answer; common to copies
        self._sparing = False

    def within(self, deadline: Deadline) -> Self:
        """The same, with every request over by `deadline`."""
        return self._but(_deadline=deadline)

    def of(self, repository: str) -> Self:
        """The same, for another repository (owner/name); empty: for paths that are no repository's."""
        return self._but(repository=repository)

    def insisting(self, until: Deadline) -> Self:
        """The same, for what nothing can replace: a read that meets a transient fault is repeated."""
        return self._but(_insisting_until=until)

    def sparing(self) -> Self:
        """The same, for what nothing depends on: it asks nothing while few requests are left."""
        return self._but(_sparing=True)

    def _but(self, **changed: object) -> Self:
        other = copy.copy(self)
        vars(other).update(changed)
        return other

    @property
    def left(self) -> float:
        """The share of the hour's requests that is left, as far as GitHub states it."""
        return self._left[0]

    def get(self, path: str, parse: Callable[[Any], T], **parameters: Any) -> T:
        _, data = self._read(path, parameters)
        return parsed(parse, data)

    def query(
        self, graphql: str, parse: Callable[[Any], T], variables: Mapping[str, object] | None = None
    ) -> T:
        """The answer to a GraphQL query, its `data` and `errors`. Its limit is not that of other requests.

        https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
        """
        left = min(self._patience, self._deadline - self.clock.monotonic())
        sent = {"query": graphql, "variables": variables or {}}
        headers, answer = self._transport.ask("POST", GRAPHQL, {}, sent, left)

        def read(answer: Json) -> T:
            if headers.get("x-ratelimit-remaining") == "0" and not answer.get("data"):
                raise GitHubError(
                    "the hour's limit of GitHub's GraphQL API is used up", 200, rate_limited=True
                )
            return parse(answer)

        return parsed(read, answer)

    def get_unless_missing(self, path: str, parse: Callable[[Any], T]) -> T | None:
        try:
            return self.get(path, parse)
        except GitHubError as error:
            if error.status == 404:
                return None
            raise

    def list_page(
        self, path: str, key: str | None, parse: Callable[[Json], T], **parameters: Any
    ) -> Listing[T]:
        """One page of a listing.

        Args:
            key: of the items in the answer; None: it is a list itself.
        """
        listing, _ = self._page(path, key, parse, parameters)
        return listing

    def list_all(
        self, path: str, key: str | None, parse: Callable[[Json], T], pages: int = MAX_PAGES
    ) -> Listing[T]:
        """All pages of a listing, up to this many; see `list_page`."""
        items: list[T] = []
        total = 0
        for page in range(1, pages + 1):
            listing, more = self._page(path, key, parse, {"per_page": 100, "page": page})
            items += listing.items
            total = listing.total if key else total + listing.total
            if not more:
                return Listing(items, total)
        return Listing(items, max(total, len(items) + 1))

    def send(self, verb: str, path: str, body: object) -> Any:
        """What a request that writes answers. It is asked once, never repeated."""
        _, data = self._ask(verb, path, body=body)
        return data

    @property
    def quoted_repository(self) -> str:
        return quote(self.repository)

    def _page(
        self, path: str, key: str | None, parse: Callable[[Json], T], parameters: Mapping[str, Any]
    ) -> tuple[Listing[T], bool]:
        """A page, and whether another one follows."""
        headers, data = self._read(path, parameters)
        listed, stated = parsed(lambda data: items_of(data, key), data)
        return Listing([*fields.each(parse, listed)], stated), 'rel="next"' in headers.get("link", "")

    def _read(self, path: str, parameters: Mapping[str, Any]) -> tuple[Mapping[str, str], Any]:
        """Ask, and ask again after a transient fault."""
        attempts = count(2)

        def wait(error: GitHubError, pause: float) -> float | None:
            seconds = max(pause, error.retry_after or 0.0)
            if not self._worth_waiting(error, seconds):
                return None
            self.say_wait(error, seconds, next(attempts))
            return seconds

        return retrying(
            lambda: self._ask("GET", path, parameters),
            PAUSES,
            sleep=self.clock.sleep,
            errors=GitHubError,
            wait=wait,
        )

    def say_wait(self, error: GitHubError, wait: float, attempt: int) -> None:
        """A line on a wait, once for the many requests that meet the same fault.

        Args:
            attempt: the one after the wait, from 2.
        """
        line = f"{str(error).rstrip('.')}. Asking GitHub again in {wait:.0f} s (attempt {attempt})."
        if wait >= WORTH_SAYING and line not in self._said:
            self._said.add(line)
            self._say(line)

    def _worth_waiting(self, error: GitHubError, wait: float) -> bool:
        after = self.clock.monotonic() + wait
        if after + PAUSES[0] > self._deadline:
            return False
        if wait <= PAUSES[0]:  # costs so little that what looks permanent is asked once more, too
            return error.transient or error.status is None
        return error.transient and after <= self._insisting_until

    def _ask(
        self, verb: str, path: str, parameters: Mapping[str, Any] | None = None, body: object = None
    ) -> tuple[Mapping[str, str], Any]:
        if self._sparing and self.left < SPARE:
            raise GitHubError("few of the hour's requests to GitHub are left", 403, rate_limited=True)
        left = min(self._patience, self._deadline - self.clock.monotonic())
        whole = f"/repos/{self.quoted_repository}{path}" if self.repository else path
        headers, data = self._transport.ask(verb, whole, parameters or {}, body, left)
        self._note_left(headers)
        return headers, data

    def _note_left(self, headers: Mapping[str, str]) -> None:
        """https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"""
        limit, left = (headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining"))
        if limit.isdecimal() and left.isdecimal() and int(limit):
            self._left[0] = int(left) / int(limit)


def items_of(data: object, key: str | None) -> tuple[list[Any], int]:
    """The items of a page, of any shape, and how many there are in all, if the answer states it."""
    if key is None:
        listed = fields.sequence(data)
        return listed, len(listed)
    data = fields.mapping(data)
    listed = fields.sequence(data[key])
    return listed, max(fields.whole(data, "total_count"), len(listed))


def parsed(parse: Callable[[Any], T], data: object) -> T:
    try:
        return parse(data)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise GitHubError(UNDOCUMENTED) from None
