"""What may be a routine's URL and token: which host gets the token, and what is refused before it is sent.

No message repeats the URL or a token, as these are secrets.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from .model.session_link import LOOPBACK
from .sanitize import code

API_HOST = "api.anthropic.com"
API_ROOT = f"https://{API_HOST}/v1/claude_code/routines"

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")  # lower case; RFC 1123, 2.1
# The forms of the routine API's page
_ROUTINE_ID = re.compile(r"trig_[A-Za-z0-9_-]{1,128}")
_ROUTINE_PATH = re.compile(r"/v1/claude_code/routines/trig_[A-Za-z0-9_-]{1,128}/fire")
_NO_FIRE_URL = (
    f"is neither a routine's fire URL (`{API_ROOT}/trig_…/fire`) nor a bare `trig_…` id:"
    " copy it again from the routine's API trigger"
)


def endpoint(value: str, trusted_host: str = "") -> str:
    """The fire URL for what a user may have saved: that URL, or the bare `trig_…` id.

    Args:
        value: the URL or id.
        trusted_host: a host name, in lower case, that is allowed besides `api.anthropic.com` and loopback.

    Raises:
        ValueError: it cannot be used as a fire URL.
    """
    if _ROUTINE_ID.fullmatch(value):
        return f"{API_ROOT}/{value}/fire"
    problem = _problem_of(value, trusted_host)
    if problem:
        raise ValueError(problem)
    return value


def _problem_of(value: str, trusted_host: str) -> str:
    """Why a URL cannot be used as the fire URL; empty if it can."""
    try:
        url = urlsplit(value)
        host = url.hostname or ""
        _ = url.port
    except ValueError:
        return _NO_FIRE_URL
    if url.scheme == "http" and host and host not in LOOPBACK:
        return "must start with `https://`, so that the token is not sent in the clear"
    if url.scheme not in ("http", "https") or not host or not _ROUTINE_PATH.fullmatch(url.path):
        return _NO_FIRE_URL
    # urlsplit drops line breaks and tabs without an error
    if not value.isascii() or not value.isprintable() or " " in value:
        return "contains a character that no address has, such as a space: save the secret again"
    if any(mark in value for mark in "@?#"):
        return "must not contain a user name, a query or a fragment"
    if host not in (API_HOST, *LOOPBACK, trusted_host):
        return (
            f"is not on {API_HOST}, the only host that gets the routine's token: copy it again from the"
            " routine's API trigger, or allow its host with `trusted-host`"
        )
    return ""


def host_name(value: str) -> str:
    """A bare host name, in lower case.

    Raises:
        ValueError: it is a URL, a pattern or anything else; the message repeats it.
    """
    host = value.lower()
    if not _HOST.fullmatch(host):
        raise ValueError(
            f"{code(value, 60)} is not a host name: give the name alone, such as `gateway.example.com`,"
            " without `https://`, port or path"
        )
    return host


def token(value: str) -> str:
    """A bearer token that is valid in a header.

    Raises:
        ValueError: it contains characters that no header may contain.
    """
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise ValueError("contains white space or characters that no token has: save the secret again")
    return value


def routine_token(value: str) -> str:
    """A routine's bearer token.

    Raises:
        ValueError: it is an API key, or contains characters that no header may contain.
    """
    if value.startswith("sk-ant-api"):
        raise ValueError(
            "is an API key: it needs the routine's own token (`sk-ant-oat01-…`), from its API trigger at"
            " https://claude.ai/code/routines"
        )
    return token(value)
