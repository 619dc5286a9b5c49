"""Is this value, assigned to a name like `password` or `token`, a secret or something ordinary?"""

from __future__ import annotations

import re
from itertools import pairwise

from ...patterns import pattern

_PLACEHOLDER = pattern(
    r"\[redacted:.*"
    r"|\$\{.*|\$\(.*|\$[A-Za-z_@*?!$].*|\$\d|%[A-Za-z_]\w*%|%\(?\w*\)?[sdvq]|\{\{.*|\{[\w.:]*\}.*|@[\w.]+@|#\{.*"
    r"|[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*(?:TOKEN|PASSWORD|PASSWD|PASS|SECRET|KEY|PASSPHRASE)"
    r"|<[^>]*>?|\[[\w \-]*\]|\((?:none|hidden|masked|redacted|sensitive|null|nil|empty|not set|unset)[^)]*\)"
    r"|(?:none|null|nil|undefined|nan|true|false|yes|no|on|off|empty|unset|not set|default|required|optional"
    r"|hidden|masked|redacted|sensitive|secure|encrypted|filtered|protected|unknown|invalid|incorrect|wrong|missing|expired"
    r"|denied|string|str|text|varchar|int|integer|bool|boolean|bytes|any|object|array|list|dict|map|function|number|void"
    r"|char|password|passwd|secret|token|value|key|your[-_ ].*|my[-_]?(?:password|secret|token)|changeme"
    r"|example"
    r"|(?:known|computed|provided|read|write|inherit)\b.*|\(.*\bvalue\)|ok|passed|failed"
    r"|error|success|skipped|is|was|and|or|to|for|from|in|of|as)",
    re.IGNORECASE | re.DOTALL,
)
_CODE = pattern(
    r"[A-Za-z_$]+\d{0,2}(?:(?:\.|::|->|\?\.)[A-Za-z_$]+\d{0,2})+(?:[(\[].*)?;?"  # os.environ, config->get(…)
    r"|[A-Za-z_$][\w$.]*[(\[].*|\(.*|\[.*|\{.*|&\w+|\*\w+|@\w+|!\w+.*|=.*|new\b.*|self|this|lambda\b.*|f?r?[\"'].*"
)
_ORDINARY = pattern(
    r"[vV]?\d+(?:[.:_/,x-]\d+)*(?:[A-Za-z%]{0,3}|-?(?:alpha|beta|rc|dev|snapshot)\W?\d*)"  # numbers, versions
    r"|0x[0-9a-fA-F]+|\w{1,20}://\S*|(?:\.{0,2}|~|[A-Za-z]:)[/\\]\S*|\S*[/\\]\S+\.\w{1,5}(?::\d+)*"
    r"|[\w-]+\.(?:[a-z]{1,5}|json5?|html|yaml|toml|lock)(?::\d+)*"
)
_WORDS = pattern(  # possessive: no way to backtrack
    r"[A-Z]?[a-z]++(?:[-_./:,+]?(?:[A-Z]?[a-z]++|[A-Z]++|\d{1,4}+(?!\d)))*+|[A-Z]++(?:[-_./:][A-Z]*+\d{0,4}+)*+"
)
_SENTENCE = pattern(
    r"(?:^|\s)(?:is|are|was|be|must|should|can|cannot|may|the|this|that|field|required|not|least|at|please|an?|of|to|for|your"
    r"|with|in|on|and|or|has|have|does|will|when|if|no|expected|got|but)\s",
    re.IGNORECASE,
)


def placeholder(value: str) -> bool:
    """Nothing, a mask, a variable yet to be filled in, or a word that says what would stand there."""
    core = value.strip("\"'`\\ ,;.[]<>()…")
    masked = core[:1] in "*xX•_#?-" and len(set(core) - set("-./ ")) <= 1
    return masked or _PLACEHOLDER.fullmatch(value[:512]) is not None


def mixed(value: str) -> bool:
    """Letters and digits, as made by a generator rather than by a writer."""
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def restless(value: str) -> bool:
    """Letters whose case changes more often than in any name."""
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    return len(value) >= 16 and changes > len(value) * 0.3


def sentence(value: str) -> bool:
    """Words to a reader, as in `"password": "must have at least 8 characters"`."""
    return " " in value and _SENTENCE.search(value) is not None


def code(value: str) -> bool:
    """An expression of a program rather than a literal: `os.environ["X"]`, `get_token()`."""
    return _CODE.fullmatch(value) is not None and not restless(value)


def generated(value: str) -> bool:
    """Eight characters or more that only a generator makes: no number, name, path, link or code."""
    if len(value) < 8 or placeholder(value):
        return False
    if restless(value) and mixed(value):
        return True
    if _ORDINARY.fullmatch(value) or code(value):
        return False
    if _WORDS.fullmatch(value) and not restless(value):
        return _irregular(value)
    return mixed(value) or restless(value) or any(not c.isalnum() for c in value.strip("-_./:"))


def _irregular(value: str) -> bool:
    """Of a value that reads as words and numbers: pieces too many and too short to be words."""
    pieces = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", value)
    return len(value) >= 10 and any(map(str.isdigit, value)) and len(pieces) > len(value) * 0.4


def path_like(value: str) -> bool:
    path = re.fullmatch(r"(?:\.{0,2}/|~/|[A-Za-z]:[\\/]|\\\\)[\w./\\ -]*", value)
    return path is not None and not restless(value)
