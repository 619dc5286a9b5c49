"""What a value looks like: a placeholder, code, a path, a word, a password, or a generated value."""

from __future__ import annotations

import re
from operator import ne

from ..patterns import pattern
from .token_formats import word_pattern

_CODE = pattern(
    r"[A-Za-z_$]+\d{0,2}(?:(?:\.|::|->|\?\.)[A-Za-z_$]+\d{0,2})+!?(?:[(\[,;)}].*)?"  # os.environ, get(…)
    r"|[A-Za-z_$][\w$.:]*\(.*\)|[A-Za-z_$][A-Za-z_$.:]*[(\[].*|[(\[{=].*|[&*@][A-Za-z_.]+\d{0,2}|&[\w.]+\{.*|new\b.*|self|this|lambda\b.*|f?r?[\"'].*"
    r"|!(?:vault|Ref|Sub|GetAtt|secret|env\w*|reference)\b.*"
)
_DIGIT = pattern(r"\d")
_LETTER = pattern(r"[^\W\d_]")
_JUDGED = 128  # characters that show how often the case changes, and whether a value is a placeholder
_TURN = pattern(r"\d[A-Za-z]")  # rare in a program: `sha256sum`
_ORDINARY = pattern(
    r"[vV]?\d+(?:[.:_/,x-]\d+)*(?:[A-Za-z%]{0,3}|-?(?:alpha|beta|rc|dev|snapshot)\W?\d*)"  # numbers, versions
    r"|0x[0-9a-fA-F]{1,40}|\w{1,20}://\S*|(?:\.{0,2}|~|[A-Za-z]:)[/\\]\S*|\S*[/\\]\S+\.\w{1,5}(?::\d+)*"
    r"|[\w-]+\.(?:[a-z]{1,5}|json5?|html|yaml|toml|lock)(?::\d+)*"
)
_WORDS = pattern(  # pieces of letters and short numbers; possessive: no way to backtrack
    r"(?:[A-Z]++[a-z]*+|[a-z]++|\d{1,4}+(?!\d))(?:[-_./:,+]?(?:[A-Z]++[a-z]*+|[a-z]++|\d{1,4}+(?!\d)))*+[-_./:]?"
)
_TOKEN = pattern(r"[\w+/.~%=-]+", re.ASCII)
_REST = pattern(r"-?[A-Za-z0-9/+_%~.][A-Za-z0-9+/_.~%!#$^&*@-]*={0,2}")
_HEX = pattern(r"[0-9a-f]+|[0-9A-F]+")
_HASH = pattern(
    r"[0-9a-f]{7,12}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
SYMBOLS = "!#$%^&*?~+="  # that make a password stronger, and occur in no word
_SENTENCE = pattern(
    r"(?:^|\s)(?:is|are|was|be|must|should|can|cannot|may|the|this|that|field|required|not|least|at|please|an?|of|to|for|your"
    r"|with|in|on|and|or|has|have|does|will|when|if|no|expected|got|but)\s",
    re.IGNORECASE,
)


def is_placeholder(value: str) -> bool:
    """Whether it is empty, a mask, a variable, or a word in place of a value."""
    core = value.strip("\"'`\\ ,;.[]<>()…")
    masked = core[:1] in "*xX•_#?-" and len(set(core) - set("-./ ")) <= 1
    words, value = word_pattern("placeholders"), value[:_JUDGED]
    placed = any(map(words.fullmatch, {value, value.rstrip(").,;")}))
    random = placed and mixes_case(value) and mixes_digits(value)  # `$x7Kq…`
    return masked or (placed and (not random or value.startswith("[redacted:")))


def mixes_digits(value: str) -> bool:
    """Whether it has both letters and digits."""
    return _DIGIT.search(value) is not None and _LETTER.search(value) is not None


def mixes_case(value: str) -> bool:
    """Whether the case of its letters changes more often than in any name."""
    if len(value) < 16:
        return False
    value = value[:_JUDGED]
    upper = [*map(str.isupper, value)]
    changes = sum(map(ne, upper, upper[1:]))
    return changes > len(value) * 0.3 and any(map(str.islower, value))


def is_sentence(value: str) -> bool:
    """Whether it is a message, as in `"password": "must have at least 8 characters"`."""
    return " " in value and _SENTENCE.search(value) is not None


def is_code(value: str) -> bool:
    """Whether it is an expression of a program rather than a literal: `os.environ["X"]`, `get_token()`."""
    if not _CODE.fullmatch(value) or len(_TURN.findall(value)) > 1:
        return False
    return not (mixes_case(value) and mixes_digits(value))


def looks_generated(value: str) -> bool:
    """Whether it is 8 or more characters that only a generator makes: no number, name, path, link or code."""
    if len(value) < 8 or is_placeholder(value):
        return False
    if mixes_case(value) and mixes_digits(value):
        return True
    if _ORDINARY.fullmatch(value) or is_code(value):
        return False
    if _WORDS.fullmatch(value) and not mixes_case(value):
        return _irregular(value)
    return mixes_digits(value) or mixes_case(value) or any(not c.isalnum() for c in value.strip("-_./:"))


def is_strong_password(value: str) -> bool:
    """Whether it has 8 or more characters of three kinds, as hardly anything except a password has."""
    kinds = (str.isupper, str.islower, str.isdigit, SYMBOLS.__contains__)
    if len(value) < 8 or is_placeholder(value) or _ORDINARY.fullmatch(value) or is_code(value):
        return False
    digits = any(map(str.isdigit, value))
    return (digits or mixes_case(value)) and sum(any(map(kind, value)) for kind in kinds) >= 3


def continues_secret(value: str, cut: bool) -> bool:
    """Whether a line's first word may be the rest of a secret in the line above.

    Where that line was `cut` at a usual width, anything that is no word, path, link, number or version may;
    elsewhere only random characters, which are no hash either.
    """
    token = value.rstrip(":")
    if _TOKEN.fullmatch(token) and mixes_case(token) and mixes_digits(token):
        return True
    if len(value) < 4 or not _REST.fullmatch(value):
        return False
    value = value.lstrip("-+=")
    words = _WORDS.fullmatch(value) is not None and not _irregular(value)
    if _ORDINARY.fullmatch(value.rstrip(".")):
        return False
    if cut and _many_pieces(value):
        return True
    if cut:
        return not (words and (value.isalpha() or any(not c.isalnum() for c in value)))
    return len(value) >= 6 and mixes_digits(value) and not words and not _HASH.fullmatch(value)


def is_ordinary(value: str) -> bool:
    """Whether it is a number, a version, a path, a link or a file's name."""
    return _ORDINARY.fullmatch(value) is not None


def is_mixed(value: str) -> bool:
    """Whether it has 8 characters or more, letters and digits among them, and is no hash, path or version."""
    ordinary = _ORDINARY.fullmatch(value) or _HASH.fullmatch(value)
    return len(value) >= 8 and mixes_digits(value) and not ordinary


def is_hex(value: str) -> bool:
    """Whether it consists of hexadecimal digits in one case."""
    return _HEX.fullmatch(value) is not None


def is_random_token(value: str) -> bool:
    """Whether only a generator makes such a value: no hash of a usual length, no UUID, no words."""
    if len(value) < 16 or not _TOKEN.fullmatch(value) or is_placeholder(value):
        return False
    if mixes_case(value) and mixes_digits(value):
        return not is_code(value)
    alone = value.rstrip("=")
    return len(alone) >= 20 and alone.isalnum() and not _HASH.fullmatch(alone) and _irregular(alone)


def _irregular(value: str) -> bool:
    """Whether a value of letters and numbers has too many and too short pieces to consist of words."""
    if len(value) < 10 or not any(map(str.isdigit, value)):
        return False
    pieces = len(re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", value))
    turns = len(re.findall(r"[A-Za-z](?=\d)|\d(?=[A-Za-z])", value))
    return pieces > len(value) * 0.4 or turns >= max(4, len(value) / 8)


def turns_often(value: str) -> bool:
    """Whether letters and digits alternate as in no name."""
    return value.isalnum() and _irregular(value)


def _many_pieces(value: str) -> bool:
    """Whether its letters change case more often than those of words written together: by three at most."""
    letters = re.match("[A-Za-z]*", value)
    length = len(letters[0]) if letters else 0
    return length >= 10 and len(re.findall("[A-Z]?[a-z]+|[A-Z]+", value[:length])) > length * 0.3


def is_path(value: str) -> bool:
    path = re.fullmatch(r"(?:\.{0,2}/|~/|[A-Za-z]:[\\/]|\\\\)[\w./\\ -]*", value)
    return path is not None and not mixes_case(value)
