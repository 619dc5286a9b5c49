"""What is asked of the emulated GitHub and what it answers, compared with GitHub's own description."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from tests.support.emulated.github import GitHubEmulator
from tests.support.emulated.routes import Answer

DESCRIPTION = json.loads((Path(__file__).parent / "github" / "openapi.json").read_text("utf-8"))


@cache
def github_description() -> OpenAPI:
    return OpenAPI.from_dict(DESCRIPTION)


def _valid(check: Callable[[], object]) -> None:
    """Like the check, but reports what is wrong without the whole object."""
    try:
        check()
    except OpenAPIError as error:
        cause = error.__cause__
        wrong = getattr(cause, "schema_errors", None) or [cause or error]
        raise AssertionError(
            "; ".join(f"{'.'.join(map(str, getattr(item, 'path', ())))}: {str(item)[:300]}" for item in wrong)
        ) from None


@dataclass(frozen=True)
class Exchange:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    answer: Answer

    def check(self) -> None:
        """
        Raises:
            AssertionError: the request or the answer is not as described.
        """
        if self.target == "/graphql":  # executed against the published schema: what is wrong is in its answer
            assert "errors" not in json.loads(self.answer.body or b"{}"), self.answer.body
            return
        url = urlsplit(self.target)
        query = parse_qs(url.query)
        request = MockRequest(
            "https://api.github.com",
            self.method.lower(),
            self.path,
            args={name: values[0] for name, values in query.items()},
            headers=dict(self.headers),
            data=self.body or None,
            content_type=self.headers.get("content-type", ""),
        )
        described = github_description()
        _valid(lambda: described.validate_request(request))
        assert set(query) <= self.declared_queries(), f"{self.target}: a parameter that GitHub doesn't know"
        assert int(query.get("per_page", ["30"])[0]) <= 100, f"{self.target}: longer pages than GitHub has"
        if str(self.answer.status) not in self.operation()["responses"]:
            assert self.answer.status >= 400, f"{self.target}: {self.answer.status} is not described"
            return
        headers = dict(self.answer.headers)
        body = (
            self.answer.body if isinstance(self.answer.body, bytes) else json.dumps(self.answer.body).encode()
        )
        if self.answer.status == 302:
            assert headers["Location"].startswith("http")
        content_type = headers.get("Content-Type", "application/json")
        response = MockResponse(body, self.answer.status, headers, content_type)
        _valid(lambda: described.validate_response(request, response))

    def operation(self) -> Mapping[str, Any]:
        """The described one with the most specific path."""
        for pattern in sorted(DESCRIPTION["paths"], key=lambda pattern: pattern.count("{")):
            if re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", pattern), self.path):
                operation: Mapping[str, Any] = DESCRIPTION["paths"][pattern][self.method.lower()]
                return operation
        raise AssertionError(f"{self.method} {self.path} is not described")

    @property
    def path(self) -> str:
        """The path, with a file's as one name: GitHub describes it as `x-multi-segment`."""
        before, contents, file = urlsplit(self.target).path.partition("/contents/")
        return before + contents + file.replace("/", "%2F")

    def declared_queries(self) -> set[str]:
        known = DESCRIPTION["components"]["parameters"]
        parameters = [
            known[item["$ref"].rpartition("/")[2]] if "$ref" in item else item
            for item in self.operation()["parameters"]
        ]
        return {item["name"] for item in parameters if item["in"] == "query"}


class RecordedGitHub(GitHubEmulator):
    """Keeps the requests to the API and its responses."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.exchanges: list[Exchange] = []

    def serve(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, storage: bool
    ) -> Answer:
        answer = super().serve(method, target, headers, body, storage)
        if not storage:
            self.exchanges.append(Exchange(method, target, headers, body, answer))
        return answer

    def check(self, *operations: str) -> None:
        """Every exchange is as described, and each of `operations`, regular expressions, was among them."""
        for exchange in self.exchanges:
            exchange.check()
        for operation in operations:
            assert any(re.search(operation, f"{item.method} {item.target}") for item in self.exchanges), (
                operation
            )
