"""Secrets that the syntax around them identifies: links with a password, headers, cookies."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_hex, is_placeholder, looks_generated, mixes_case, mixes_digits
from ..spans import Span
from ..text_index import TextIndex

# scheme://user:password@host. A password may contain anything except white space and quotes. It has a slash
# only if it does not begin like a port. It has only one of `<` and `>`, or it belongs to a tag or to
# another link.
_WITH_PASSWORD = pattern(
    r"://([^\s:/@\"'`<>?#]{0,128}):(?!\d{1,5}[/?#<>])"
    r"([^\s\"'`<>]{1,512}|[^\s\"'`>]{1,512}|[^\s\"'`<]{1,512})@(?=[\w\[.-])"
)
_WITH_TOKEN = pattern(r"://([^\s:/@\"'`<>?#]{16,512})@(?=[\w\[.-])")
# user:password@protocol(host)/database, https://github.com/go-sql-driver/mysql#dsn-data-source-name
_OF_GO = ("@tcp(", "@tcp6(", "@unix(")
_EDGE = pattern(r"[\s\"'`]")
_ADDRESS_END = pattern(r"[,;](?=[\w.+-]{1,20}://)|[,)\]}](?=\s|$)")

_AWS_SECRET_KEY = pattern(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])")
_HEADER = pattern(
    r"authorization\\*[\"'`]?\]?[ \t]{0,8}(?:[:=,]|=>)[ \t]{0,8}\\*[\"'`]?"
    r"(?:(?P<scheme>bearer|basic|token|api-?key|key|digest|negotiate|ntlm|hawk|aws4-hmac-sha256|sso-key|splunk|bot"
    r"|sharedkey(?:lite)?|oss|acs|aws|mac)"
    # a scheme of a service's own: a word without digits before a token that ends the line or a quotation
    r"[ \t:]{1,4}|(?![\w-]*\d)[a-z][\w-]{1,30}[ \t]{1,4}"
    r"(?=[\w.~+/=-]{16,8192}(?:[\"'`\\,;)\]}]|[ \t\r]{0,8}(?:\n|\Z))))?",
)
_HEADER_VALUE = pattern(r"[^\s\"'`<>\\]{1,8192}")
_HEADER_VALUES = pattern(r"[^\n]{1,8192}")
_BEARER = pattern(r"bearer(?:[ \t]{1,4}|%20|\+|[\"']?:[ \t]{0,4}\\*[\"']?)([\w.~+/=%-]{16,8192})")
_BASIC = pattern(r"basic(?:[ \t]{1,4}|%20)([a-z0-9+/_-]{8,1024}={0,2})")
_COOKIE = pattern(
    r"cookie\\*[\"'`]?[ \t]{0,8}:[ \t]{0,8}(?P<list>\[\s{0,80}+)?\\*[\"'`]?(?P<pairs>[^\n\"'`]{1,8192})"
)
_NEXT_COOKIE = pattern(r"[\"'],\s{0,80}+[\"'](?P<pairs>[^\n\"'`]{1,8192})")
_COOKIES = 32  # of a list that are looked at
_PAIR = pattern(r"(?:^|;)\s{0,4}([^=;\s]{1,128})=([^;\s]{1,8192})")
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "version", "priority"})


def find(index: TextIndex) -> Iterator[Span]:
    """The passwords in links, the credentials in headers, and the values of cookies."""
    yield from _addresses(index)
    yield from _addresses_of_go(index)
    yield from _aws_secret_keys(index)
    yield from _headers(index.text, index.lowered)


def _addresses(index: TextIndex) -> Iterator[Span]:
    text, end = index.text, 0  # end: of the link before, which a password may be the beginning of
    for position in index.find("://") if "@" in index.words else ():
        match = _with_password(text, position) if position >= end else None
        if match:
            end = match.end()
            short = len(match[2]) < 3 and match[1]  # "u:p@host", as tests of parsers have it
            of_tests = match[2] == match[1]  # as databases of tests have it: "postgres:postgres@"
            if not (short or of_tests or is_placeholder(match[2])):
                yield Span(*match.span(2), "url-password")
                if _is_token(match[1]):  # as in https://TOKEN:x-oauth-basic@host
                    yield Span(*match.span(1), "url-password")
        elif position >= end:
            match = _WITH_TOKEN.match(text, position)
            if match and looks_generated(match[1]):
                yield Span(*match.span(1), "url-password")


def _is_token(user: str) -> bool:
    """Whether it is a token in the place of a user's name."""
    return (len(user) >= 20 and looks_generated(user)) or (
        len(user) >= 8 and is_hex(user) and mixes_digits(user)
    )


def _with_password(text: str, position: int) -> re.Match[str] | None:
    match = _WITH_PASSWORD.match(text, position)
    end = _ADDRESS_END.search(match[2]) if match else None  # of the first of several addresses
    return _WITH_PASSWORD.match(text, position, match.start(2) + end.start()) if match and end else match


def _addresses_of_go(index: TextIndex) -> Iterator[Span]:
    for mark in _OF_GO:
        for position in index.find(mark):
            word = _EDGE.split(index.text[max(0, position - 256) : position])[-1]
            password = word.partition(":")[2]
            known = password.startswith("//") or "[redacted:" in word or is_placeholder(password)
            if len(password) >= 3 and not known:
                yield Span(position - len(password), position, "url-password")


def _aws_secret_keys(index: TextIndex) -> Iterator[Span]:
    """The secret next to an AWS key ID, as in the CSV file and in tables."""
    for prefix in ("AKIA", "ASIA"):
        for position in index.find(prefix):
            for match in _AWS_SECRET_KEY.finditer(index.text, position + 20, position + 300):
                if mixes_case(match.group()) and mixes_digits(match.group()):
                    yield Span(*match.span(), "aws-secret-key")


def _headers(text: str, lowered: str) -> Iterator[Span]:
    for match in _HEADER.finditer(lowered) if "authorization" in lowered else ():
        yield from _authorization(text, match)
    for match in _BEARER.finditer(lowered) if "bearer" in lowered else ():
        if looks_generated(text[match.start(1) : match.end(1)]):
            yield Span(*match.span(1), "authorization")
    for match in _BASIC.finditer(lowered) if "basic" in lowered else ():
        if _user_and_password(text[match.start(1) : match.end(1)]):
            yield Span(*match.span(1), "authorization")
    for match in _COOKIE.finditer(lowered) if "cookie" in lowered else ():
        for cookie in _listed(lowered, match):
            yield from _cookies(text, cookie)


def _authorization(text: str, match: re.Match[str]) -> Iterator[Span]:
    scheme = match["scheme"]
    whole_line = scheme in ("digest", "negotiate", "ntlm", "hawk", "aws4-hmac-sha256")
    value = (_HEADER_VALUES if whole_line else _HEADER_VALUE).match(text, match.end())
    if not value or is_placeholder(value.group()) or value.group().startswith("***"):
        return
    if scheme or (mixes_digits(value.group()) and len(value.group()) >= 8) or mixes_case(value.group()):
        yield Span(*value.span(), "authorization")


def _user_and_password(value: str) -> bool:
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False


def _listed(lowered: str, match: re.Match[str]) -> Iterator[re.Match[str]]:
    """The cookies of a match, and those after it in a list."""
    following: re.Match[str] | None = match
    for _ in range(_COOKIES if match["list"] else 1):
        if following:
            yield following
            following = _NEXT_COOKIE.match(lowered, following.end())


def _cookies(text: str, match: re.Match[str]) -> Iterator[Span]:
    start = match.start("pairs")
    for pair in _PAIR.finditer(text[start : match.end("pairs")]):
        if pair[1].lower() not in _ATTRIBUTES and len(pair[2]) >= 6 and not is_placeholder(pair[2]):
            yield Span(start + pair.start(2), start + pair.end(2), "cookie")
