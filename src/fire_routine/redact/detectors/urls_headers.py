"""Secrets that the syntax around them identifies: links with a password, headers, cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...patterns import pattern
from ..heuristics import is_hex, is_placeholder, looks_generated, mixes_case, mixes_digits
from ..spans import Span
from ..text_index import TextIndex, in_time

# scheme://user:password@host, or a token in the place of the user. A password may contain anything but white
# space and quotes. It has a slash only if it does not begin like a port. It has only one of `<` and `>`, or
# it belongs to a tag or to another link.
_ADDRESS = pattern(
    r"://([^\s:/@\"'`<>?#]{0,512})(?::(?!\d{1,5}[/?#<>])"
    r"([^\s\"'`<>]{1,512}|[^\s\"'`>]{1,512}|[^\s\"'`<]{1,512}))?@(?=[\w\[.-])"
)
_NEXT_ADDRESS = pattern(r"[,;](?=[\w.+-]{1,20}://)|[,)\]}](?=\s|$)")
# user:password@protocol(host)/database, https://github.com/go-sql-driver/mysql#dsn-data-source-name
_ADDRESS_OF_GO = pattern(r"(?<![^\s\"'`])[^\s\"'`:]{0,64}:(?!//)([^\s\"'`]{3,256})@(?:tcp6?|unix)\(")
_HEADER = pattern(
    r"authorization\\*[\"'`]?\]?[ \t]{0,8}(?:[:=,]|=>)[ \t]{0,8}\\*[\"'`]?"
    r"(?:(?P<scheme>bearer|basic|token|api-?key|key|digest|negotiate|ntlm|hawk|aws4-hmac-sha256|sso-key|splunk|bot"
    r"|sharedkey(?:lite)?|oss|acs|aws|mac)"
    # a scheme of a service's own: a word without digits before a token that ends the line or a quotation
    r"[ \t:]{1,4}|(?![\w-]*\d)[a-z][\w-]{1,30}[ \t]{1,4}"
    r"(?=[\w.~+/=-]{16,8192}(?:[\"'`\\,;)\]}]|[ \t\r]{0,8}(?:\n|\Z))))?",
)
_WHOLE_LINE = ("digest", "negotiate", "ntlm", "hawk", "aws4-hmac-sha256")  # schemes whose value has blanks
_HEADER_VALUE = pattern(r"[^\s\"'`<>\\]{1,8192}")
_HEADER_VALUES = pattern(r"[^\n]{1,8192}")
_COOKIES = pattern(
    r"cookie\\*[\"'`]?[ \t]{0,8}:[ \t]{0,8}(?:\[([^\]]{1,8192})|\\*[\"'`]?([^\n\"'`]{1,8192}))"
)
_COOKIE = pattern(r"(?:\A|[;\"'`])\s{0,80}+([^=;\s\"'`]{1,128})=([^;\s\"'`]{6,8192})")
_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "version", "priority"})


def find(index: TextIndex) -> Iterator[Span]:
    """The passwords in links, the credentials in headers, and the values of cookies."""
    text, lowered = index.text, index.lowered
    yield from _addresses(index)
    for match in in_time(_HEADER.finditer(lowered)) if "authorization" in lowered else ():
        yield from _authorization(text, match)
    for match in in_time(_COOKIES.finditer(lowered)) if "cookie" in lowered else ():
        start, end = match.span(match.lastindex or 0)
        for cookie in _COOKIE.finditer(text[start:end]):
            if cookie[1].lower() not in _ATTRIBUTES and not is_placeholder(cookie[2]):
                yield Span(start + cookie.start(2), start + cookie.end(2), "cookie")


def _addresses(index: TextIndex) -> Iterator[Span]:
    text, end = index.text, 0  # end: of the link before, which a password may be the beginning of
    for position in index.find("://") if "@" in index.words else ():
        match = _address(text, position) if position >= end else None
        if not match:
            continue
        end = match.end()
        user, password = match.groups()
        unknown = password is None or len(password) > 2 or not user  # "u:p@host", as tests of parsers have it
        of_tests = password == user  # as databases of tests have it: "postgres:postgres@"
        if not unknown or of_tests or is_placeholder(password or user):
            continue
        if password:
            yield Span(*match.span(2), "url-password")
        if _is_token(user):  # as in https://TOKEN:x-oauth-basic@host
            yield Span(*match.span(1), "url-password")
    if any(map(index.contains, ("@tcp(", "@tcp6(", "@unix("))):
        for match in in_time(_ADDRESS_OF_GO.finditer(text)):
            if "[redacted:" not in match[0] and not is_placeholder(match[1]):
                yield Span(*match.span(1), "url-password")


def _address(text: str, position: int) -> re.Match[str] | None:
    match = _ADDRESS.match(text, position)
    end = _NEXT_ADDRESS.search(match[2]) if match and match[2] else None  # of the first of several addresses
    return _ADDRESS.match(text, position, match.start(2) + end.start()) if match and end else match


def _is_token(user: str) -> bool:
    """Whether it is a token in the place of a user's name."""
    return (len(user) >= 16 and looks_generated(user)) or (
        len(user) >= 8 and is_hex(user) and mixes_digits(user)
    )


def _authorization(text: str, match: re.Match[str]) -> Iterator[Span]:
    scheme = match["scheme"]
    value = (_HEADER_VALUES if scheme in _WHOLE_LINE else _HEADER_VALUE).match(text, match.end())
    if not value or is_placeholder(value.group()) or value.group().startswith("***"):
        return
    if scheme or (mixes_digits(value.group()) and len(value.group()) >= 8) or mixes_case(value.group()):
        yield Span(*value.span(), "authorization")
