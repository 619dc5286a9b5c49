"""Names that say that their value is secret: `DB_PASSWORD`, `api-key`, `clientSecret`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ...patterns import pattern
from ..text_index import TextIndex
from ..token_formats import word_list, word_pattern

# Beginnings of the words below; every text is searched for them.
_STEMS = (
    *("pass", "pw", "pswd", "secret", "token", "cred", "key", "auth", "mnemonic", "connectionstring"),
    *("sig=", "signature", "session", "salt", "pepper", "_pat", "pat=", "_cookie", "appid"),
)
_WORD = pattern(
    r"passw(?:or)?ds?|passphrase|passcode|passwort|pass(?![a-z])|pwd|pswd|secrets?|tokens?"
    r"|credentials?|creds(?![a-z])|pw(?![a-z])"
    r"|keys?(?![a-z])|(?<=_)auth(?![a-z])|(?<=\")auth(?=\\*\")|mnemonic|connectionstring|sig(?==)"
    r"|(?<=[?&])signature(?==)|(?<=x-amz-)signature|(?<=x-goog-)signature|(?<=sharedaccess)signature|session[-_]?id(?![a-z])"
    r"|salt(?![a-z])|pepper(?![a-z])|_pat(?![a-z])|(?<![a-z_])pat(?==)|_cookie(?![a-z_])|(?<![a-z_])appid(?![a-z])"
)
_LONGEST_OWNER = 16  # characters
_LONGEST_HEAD = 32  # of what precedes a key; it shows its owner
_OF_CHECKSUM = "checksum/"  # Helm's digest of a manifest: `checksum/secret: …`
_AT_END = r"[-_. ]?\Z"
_LAST_WORD = pattern(r"(?:[A-Z]{1,20}|[A-Z]?[a-z]{1,20})\d{0,4}(?=[-_. ]?\Z)")
_OWNER_BEFORE = pattern(r"(?:api|access|auth|secret|private) \Z", re.IGNORECASE)  # "API key"
_NAME_CHARACTERS = string.ascii_letters + string.digits + "_.$-"
_TOKEN_AFTER = pattern(r"=[\w+/.~|-]{16}", re.ASCII)
_TAIL = pattern(r"[\w.-]{0,48}", re.ASCII)


class Name(NamedTuple):
    """A name in a text, at text[start:end]."""

    start: int
    end: int
    word: str  # the part that makes the value secret, in lower case
    head: str  # the part before it
    written: str
    in_message: bool  # the word before the name makes it the subject of a message
    in_query: bool  # of a link

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
        return "api-key" if is_api_key or self.word == "appid" else "secret"

    @property
    def capitals(self) -> bool:
        """Written as an environment variable, also as `process.env.NAME`."""
        return self.written.rpartition(".")[2].isupper()

    @property
    def doubtful(self) -> bool:
        """Such a name may hold other things as well: `SOME_PAT`, `ANY_OTHER_KEY`."""
        uncertain = self.word in ("_pat", "pat", "_cookie", "appid")
        return uncertain or (self.word.startswith("key") and not _is_owned(self.head))


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
    if before.endswith(_OF_CHECKSUM):
        return None
    head = before[len(before.rstrip(_NAME_CHARACTERS)) :]
    owner = None if head else _OWNER_BEFORE.search(before)
    head = owner.group() if owner else head
    after = _TAIL.match(text, end)
    tail = after.group() if after else ""
    start, end = start - len(head), end + len(tail)
    in_message = not head.startswith("-") and _follows_message_word(text, start)
    in_query = text[start - 1 : start] in ("?", "&") and text[end : end + 1] == "="
    name = Name(start, end, match.group(), head, text[start:end], in_message, in_query)
    if not head and name.word == "key" and not _TOKEN_AFTER.match(text, end):
        return None
    return name if _is_secret(name, text[slice(*match.span())], tail) else None


def _is_secret(name: Name, written: str, tail: str) -> bool:
    """Whether the value of the name is secret.

    Args:
        written: the word as it is in the text.
        tail: the rest of the name, after the word.
    """
    head = name.head.lower()
    if name.word.startswith("key") and not (_is_owned(name.head) or _may_be_secret_key(name, tail)):
        return False
    camel = written[0].isupper() and name.head[-1:].islower()  # "dbPass", but not "bypass"
    if (
        name.word in ("pass", "pwd", "pw", "salt", "pepper", "auth")
        and name.head[-1:].isalpha()
        and not (camel or word_pattern("owners_of_pass", _AT_END).search(head))
    ):
        return False
    if tail[:1].islower() and not name.word.endswith("s"):
        return False  # "tokenizer", "secretary"
    if tail.count("-") > 2 and tail.islower():
        return False  # a whole sentence in kebab case
    last = re.split(r"[-_.]|(?<=[a-z])(?=[A-Z])", tail)[-1].lower()
    if last == "test" and name.written.isupper():
        return True  # `DB_PASSWORD_TEST`: the name of an environment is at its end
    if name.written == "INPUT_TOKEN":
        return True  # an action's input, as the runner names it; `input_token` belongs to a language model
    if head.endswith(("hashed_", "hashed", "hashed-")):
        return False
    if name.word == "token" and word_pattern("before_no_credential", _AT_END).search(head):
        return False
    return not word_pattern("about_a_secret").fullmatch(last)


def _is_owned(head: str) -> bool:
    """Whether a key with that name before it gives access to something."""
    return _is_owner(head[-_LONGEST_HEAD:])


@lru_cache(1024)
def _is_owner(head: str) -> bool:
    service = _LAST_WORD.search(head)
    return word_pattern("owners_of_key", _AT_END).search(
        head.lower(), max(0, len(head) - _LONGEST_OWNER)
    ) is not None or (service is not None and service.group().lower() in word_list("services"))


def _may_be_secret_key(name: Name, tail: str) -> bool:
    """Whether a key of something unknown may be secret: `ROUTING_KEY`, `chartmogul_key`, `?key=`."""
    if not name.head:
        return not tail  # `key=` and a token
    owner = _LAST_WORD.search(name.head)
    return owner is not None and owner.group().lower() not in word_list("public_owners_of_key")


def _follows_message_word(text: str, start: int) -> bool:
    words = text[max(0, start - 24) : start].rpartition("\n")[2].rstrip("\"'`").split(" ")
    return len(words) > 1 and not words[-1] and words[-2].lower() in word_list("message_words")
