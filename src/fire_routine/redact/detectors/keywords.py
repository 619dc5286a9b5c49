"""Names that say that what is assigned to them is secret: `DB_PASSWORD`, `api-key`, `clientSecret`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import NamedTuple

from ...patterns import pattern
from ..text_index import TextIndex

# What such names are made of, found by their first letters; `key` alone says nothing
_STEMS = (
    *("pass", "pw", "pswd", "secret", "token", "cred", "key", "auth", "mnemonic", "connectionstring"),
    *("sig=", "signature", "session", "salt", "pepper", "_pat", "pat="),
)
_WORD = pattern(
    r"passw(?:or)?ds?|passphrase|passcode|passwort|pass(?![a-z])|pwd|pswd|secrets?|tokens?"
    r"|credentials?|creds(?![a-z])|pw(?![a-z])"
    r"|keys?(?![a-z])|(?<=_)auth(?![a-z])|(?<=\")auth(?=\\*\")|mnemonic|connectionstring|sig(?==)"
    r"|(?<=[?&])signature(?==)|(?<=x-amz-)signature|(?<=x-goog-)signature|(?<=sharedaccess)signature|session[-_]?id(?![a-z])"
    r"|salt(?![a-z])|pepper(?![a-z])|_pat(?![a-z])|(?<![a-z_])pat(?==)"
)
_OWNER_OF_KEY = pattern(
    r"(?:api|access|secret|private|account|auth|encryption|encrypt|signing|master|license|deploy|client|storage|admin"
    r"|app|application|sdk|service|webhook|shared|ssh|gpg|pgp|rsa|aes|hmac|jwt|session|consumer|subscription|functions?"
    r"|publish|upload|ingest|instrumentation|host|integration|project|bot|team|root|cipher|crypt(?:o|ography)?"
    r"|preshared|primary|secondary)[-_. ]?"
)
# Services that a key opens, as a word of its own: `STRIPE_KEY`, `sendgridKey`
_SERVICES = frozenset(
    (
        *("algolia", "anthropic", "aws", "azure", "bugsnag", "cloudflare", "codecov", "cohere"),
        *("datadog", "dd", "deepl", "digitalocean", "firebase", "gemini", "github", "gitlab"),
        *("google", "grafana", "groq", "heroku", "honeybadger", "honeycomb", "launchdarkly"),
        *("mailchimp", "mailgun", "mailjet", "mandrill", "mapbox", "maps", "mistral", "netlify"),
        *("newrelic", "npm", "nuget", "openai", "pagerduty", "percy", "postmark", "pusher", "pypi"),
        *("replicate", "resend", "rollbar", "sendgrid", "shopify", "slack", "snyk", "stripe"),
        *("supabase", "twilio", "vercel"),
    )
)
_LAST_WORD = pattern(r"(?:[A-Z]{1,20}|[A-Z]?[a-z]{1,20})(?=[-_. ]?\Z)")
# What a key of any other name in capitals is not: `PUBLIC_KEY`, `CACHE_KEY`
_OPEN = ("PUBLIC_", "PUB_", "CACHE_", "RESTORE_", "PARTITION_", "SORT_", "FOREIGN_", "UNIQUE_", "INDEX_")
# What `pass` and `pwd` may be joined to, as in `DBPASS`, `SSHPASS`; "bypass" and "compass" are words
_OWNER_OF_PASS = (
    *("db", "sql", "user", "root", "admin", "sudo", "ssh"),
    *("ftp", "smtp", "mail", "redis", "ldap", "bind", "vnc"),
)
_OWNER_BEFORE = pattern(r"(?:api|access|auth|secret|private) \Z", re.IGNORECASE)  # "API key"
_NAME_CHARACTERS = string.ascii_letters + string.digits + "_.$-"
_TAIL = pattern(r"[\w.-]{0,48}", re.ASCII)
_OF_ANOTHER_THING = pattern(  # what a name ends with that holds no secret but something about one
    r"names?|files?|paths?|dir|url|uri|types?|ids?|refs?|count|length|len|size|ttl|expir\w*|at|policy|version|arn"
    r"|provider|manager|source|scopes?|endpoint|fields?|enabled|required|index|limit|usage|budget|rate|store|class"
    r"|params?|header|prompt|regex|pattern|label|stdin|status|valid|invalid|format|mode|method|reset|strength|changed?"
    r"|event|service|tests?|spec|errors?|hint|mask|masking|scanning|detection|rotation|age|days|min|max|used|remaining"
    r"|total|algorithm|alg|issuer|audience|exists?|ring|chain|board|words?|py|js|ts|go|rs|java|rb|md|txt|html|yml|yaml"
    r"|through|json|sh|php|vim|css|xml|env"
)
_NO_TOKEN = pattern(
    r"(?:publickey|cancellation|continuation|next|page|stop|bos|eos|pad|unk|sep|mask|num|max|min|total|prompt"
    r"|completion|input|output|syntax|lexer|parse|unexpected|invalid|lock)[-_.]?\Z"
)
# Words in front of the subject of a message, which is no name
_TALK = frozenset(
    (
        "unexpected",
        "invalid",
        "expected",
        "expecting",
        "illegal",
        "missing",
        "unknown",
        "unrecognized",
        "next",
        "no",
    )
) | frozenset(
    ("bad", "got", "near", "a", "an", "the", "wrong", "your", "of", "for", "last", "first", "current")
)


class Name(NamedTuple):
    """A name in a text, at text[start:end]."""

    start: int
    end: int
    word: str  # the part that tells, in lower case
    head: str  # what stands in front of it in the name
    written: str
    talk: bool  # what stands in front of the name makes it the subject of a message

    @property
    def kind(self) -> str:
        if self.word.startswith(("pass", "pw", "pswd", "mnemonic")):
            return "password"
        if self.word.startswith(("token", "_pat", "pat")):
            return "token"
        owner = self.head.lower().rstrip("-_.")
        is_api_key = self.word.startswith("key") and owner.endswith(
            ("api", "access", "account", "subscription")
        )
        return "api-key" if is_api_key else "secret"

    @property
    def doubtful(self) -> bool:
        """Such a name holds other things as well: `SOME_PAT`, `ANY_OTHER_KEY`."""
        return self.word in ("_pat", "pat") or (self.word.startswith("key") and not _owned(self.head))


def find_names(index: TextIndex) -> Iterator[Name]:
    """The names in the text that say that their value is secret."""
    for stem in _STEMS:
        for position in index.find_lowered(stem):
            word = _WORD.match(index.lowered, position)
            name = _name(index.text, word) if word else None
            if name:
                yield name


def _name(text: str, match: re.Match[str]) -> Name | None:
    start, end = match.span()
    before = text[max(0, start - 64) : start]
    head = before[len(before.rstrip(_NAME_CHARACTERS)) :]
    owner = None if head else _OWNER_BEFORE.search(before)
    head = owner.group() if owner else head
    after = _TAIL.match(text, end)
    tail = after.group() if after else ""
    start, end = start - len(head), end + len(tail)
    talk = not head.startswith("-") and _talk(text, start)
    name = Name(start, end, match.group(), head, text[start:end], talk)
    return name if _is_secret(name, text[slice(*match.span())], tail) else None


def _is_secret(name: Name, written: str, tail: str) -> bool:
    head = name.head.lower()
    if name.word.startswith("key") and not (_owned(name.head) or _in_environment(name)):
        return False
    camel = written[0].isupper() and name.head[-1:].islower()  # "dbPass", but not "bypass"
    if (
        name.word in ("pass", "pwd", "pw", "salt", "pepper", "auth")
        and name.head[-1:].isalpha()
        and not (camel or head.endswith(_OWNER_OF_PASS))
    ):
        return False
    if tail[:1].islower() and not name.word.endswith("s"):
        return False  # "tokenizer", "secretary"
    if tail.count("-") > 2 and tail.islower():
        return False  # a whole sentence in kebab case
    ends = re.split(r"[-_.]|(?<=[a-z])(?=[A-Z])", tail)[-1].lower()
    if ends == "test" and name.written.isupper():
        return True  # `DB_PASSWORD_TEST`, as one of an environment is named
    if name.written == "INPUT_TOKEN":
        return True  # an action's, as the runner names it; `input_token` is a model's
    return not (_OF_ANOTHER_THING.fullmatch(ends) or (name.word == "token" and _NO_TOKEN.search(head)))


def _owned(head: str) -> bool:
    """Whether a key of that name opens something."""
    service = _LAST_WORD.search(head)
    return _ends_with(_OWNER_OF_KEY, head.lower()) or (
        service is not None and service.group().lower() in _SERVICES
    )


def _in_environment(name: Name) -> bool:
    return name.head.endswith("_") and name.written.isupper() and not name.head.endswith(_OPEN)


def _ends_with(pattern: re.Pattern[str], head: str) -> bool:
    return any(pattern.fullmatch(head, start) for start in range(max(0, len(head) - 16), len(head)))


def _talk(text: str, start: int) -> bool:
    words = text[max(0, start - 24) : start].rpartition("\n")[2].rstrip("\"'`").split(" ")
    return len(words) > 1 and not words[-1] and words[-2].lower() in _TALK
