"""Finds long sentences, and the idioms of `language.toml`, in everything that people read.

That is names, docstrings, comments, messages and documents.

    python3 src/entrypoint.py tests/lint/language.py [PATH ...]

It prints one line per finding and exits with 1 if there is any. Folders of the list `unclean` are counted,
but their findings do not fail the check. With paths, only those are checked, and the list is ignored.

Quotations are not checked: text in back-ticks or double quotes, fenced blocks, patterns, and the strings of
tests, which are mostly data. A colon, a semicolon, a list item or a table's cell ends a sentence, too.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("language.toml")
FOLDERS = ("src", "tests", "tools", "bench", "docs", "examples", ".github")
DOCUMENTS = ("*.md", "action.yml", "pyproject.toml")
SUFFIXES = (".py", ".md", ".yml", ".toml")
DATA = (
    "tests/labelled/cases",
    "tests/recordings/projects",
    "tests/unit/distill/blocks",
    "tests/unit/distill/printed",
)
FEWEST_WORDS = 3  # of a string that counts as a message
LONGEST_SENTENCE = 25  # words
TOO_LONG = f"at most {LONGEST_SENTENCE} words per sentence"

_QUOTED = re.compile(r"`+[^`]*`+|\"[^\"\n]*\"|“[^”]*”")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|https?://\S+")
_SENTENCE_END = re.compile(
    r"(?<=[.!?:;])\s+|\s+[—→]\s+|\n\s*\n|\||"
    r"\n(?= {2,}\S|\s*(?:[-*] |\d+\. |\w+: |[|├└]))"  # an indented line, a list's item, a row
)
_MESSAGE = re.compile(r"[A-Za-z`][\w`'’,;:()-]*(?: [\w`'’,;:.()/#{}-]+)+")
_PATTERN_MAKERS = ("pattern", "compile", "rule", "fullmatch", "match", "search", "sub", "findall", "split")


@dataclass(frozen=True, slots=True)
class Idiom:
    pattern: re.Pattern[str]
    instead: str
    names: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a file that people read."""

    line: int
    words: str
    name: bool = False  # an identifier, its words separated by blanks


@dataclass(frozen=True, slots=True)
class Finding:
    path: Path
    line: int
    words: str
    instead: str

    def __str__(self) -> str:
        return f"{_place(self.path)}:{self.line}: {self.words!r}: write {self.instead}"


def read_list(path: Path = LIST) -> tuple[list[Idiom], list[str], list[dict[str, Any]]]:
    """The idioms, the folders that are not clean yet, and the raw entries with their examples."""
    entries = tomllib.loads(path.read_text("utf-8"))
    idioms = [
        Idiom(re.compile(entry["pattern"], re.IGNORECASE), entry["instead"], entry.get("names", False))
        for entry in entries["idiom"]
    ]
    return idioms, entries["unclean"], entries["idiom"]


# --- what people read in a file -------------------------------------------------------------------


def texts_of(path: Path, content: str) -> Iterator[Text]:
    """Every text of a file that is checked."""
    if path.suffix == ".py":
        yield from _names(ast.parse(content), path)
        yield from _comments(content)
        yield from _strings(ast.parse(content), messages="tests" not in path.parts)
    elif path.suffix == ".md":
        yield from _document(content)
    elif path.suffix == ".toml":  # its values are patterns and samples
        lines = enumerate(content.splitlines(), 1)
        yield from (Text(number, line) for number, line in lines if line.lstrip().startswith("#"))
    else:
        yield from (Text(number, line) for number, line in enumerate(content.splitlines(), 1))


def _words_of(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")


def _names(tree: ast.Module, path: Path) -> Iterator[Text]:
    """The names that the file defines, with its own."""
    yield Text(1, _words_of(path.stem), name=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield Text(node.lineno, _words_of(node.name), name=True)
        elif isinstance(node, ast.arg):
            yield Text(node.lineno, _words_of(node.arg), name=True)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield Text(node.lineno, _words_of(node.id), name=True)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield Text(node.lineno, _words_of(node.attr), name=True)


def _comments(content: str) -> Iterator[Text]:
    """The comments. Those that fill consecutive lines are one text: an idiom may be divided between them."""
    begun, words, last = 0, "", -1
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type != tokenize.COMMENT:
            continue
        line, alone = token.start[0], token.line.lstrip().startswith("#")
        if line == last + 1 and alone:
            words += "\n" + token.string.lstrip("# ")
        else:
            yield Text(begun, words)
            begun, words = line, token.string.lstrip("# ")
        last = line if alone else -1
    yield Text(begun, words)


def _strings(tree: ast.Module, *, messages: bool) -> Iterator[Text]:
    """The docstrings, and with `messages` every string that reads like one."""
    patterns = _in_patterns(tree)
    docstrings = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            docstrings.add(first.value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node in patterns:
            continue
        value = node.value
        if node in docstrings:
            yield Text(node.lineno, inspect.cleandoc(value))
        elif messages and _is_message(value):
            yield Text(node.lineno, value)


def _in_patterns(tree: ast.Module) -> set[ast.AST]:
    """The constants inside calls that take a pattern: they describe tools' output, not ours."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _PATTERN_MAKERS:
                found.update(ast.walk(node))
    return found


def _is_message(value: str) -> bool:
    return len(value.split()) >= FEWEST_WORDS and _MESSAGE.search(value) is not None and "\\" not in value


def _document(content: str) -> Iterator[Text]:
    """A document's paragraphs, without its fenced blocks."""
    fenced, begun, words = False, 1, ""
    for number, line in enumerate(content.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and line.strip():
            begun, words = (begun, f"{words}\n{line.strip()}") if words else (number, line.strip())
            continue
        yield Text(begun, words)
        words = ""
    yield Text(begun, words)


# --- the check ------------------------------------------------------------------------------------


def findings_in(path: Path, content: str, idioms: Sequence[Idiom]) -> Iterator[Finding]:
    """The idioms in one file."""
    for text in texts_of(path, content):
        words = text.words if text.name else _QUOTED.sub(_blank, text.words)
        for idiom in idioms:
            if text.name and not idiom.names:
                continue
            for match in idiom.pattern.finditer(re.sub(r"\s", " ", words)):
                line = text.line + words.count("\n", 0, match.start())
                yield Finding(path, line, match[0], idiom.instead)
        if path.suffix in (".py", ".md") and not text.name:
            for line, sentence in _long_sentences(words):
                yield Finding(
                    path, text.line + line, sentence, f"at most {LONGEST_SENTENCE} words per sentence"
                )


def _long_sentences(words: str) -> Iterator[tuple[int, str]]:
    """The begin of each sentence that is too long, and its line from 0."""
    start = 0
    for end in [*(match.span() for match in _SENTENCE_END.finditer(words)), (len(words), 0)]:
        sentence = _LINK.sub(r"\1", words[start : end[0]]).split()
        if len(sentence) > LONGEST_SENTENCE:
            begin = start + len(words[start:]) - len(words[start:].lstrip())
            yield words.count("\n", 0, begin), " ".join(sentence[:8])
        start = end[1]


def _blank(match: re.Match[str]) -> str:
    """A quotation as one unknown word per line."""
    return "\n".join("_" for _ in match[0].split("\n"))


def files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files to check, without data and generated folders."""
    for path in paths:
        inner = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inner:
            if file.suffix in SUFFIXES and file != LIST and not _place(file).startswith(DATA):
                yield file


def _place(path: Path) -> str:
    """The path from the project's root on, if it is in there."""
    return (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix()


def everything() -> list[Path]:
    """What is checked without arguments."""
    documents = [path for pattern in DOCUMENTS for path in sorted(ROOT.glob(pattern))]
    return [*(ROOT / folder for folder in FOLDERS), *documents]


def main(arguments: Sequence[str]) -> int:
    idioms, unclean, _ = read_list()
    chosen = [Path(argument).resolve() for argument in arguments]
    tolerated = [] if chosen else [ROOT / folder for folder in unclean]
    left: Counter[str] = Counter()
    failed = 0
    for path in files(chosen or everything()):
        for finding in findings_in(path, path.read_text("utf-8"), idioms):
            folder = next((one for one in tolerated if path.is_relative_to(one)), None)
            if folder is not None:
                left[folder.relative_to(ROOT).as_posix()] += 1
            else:
                print(finding)
                failed += 1
    for name in unclean if not chosen else []:
        state = f"{left[name]} idioms left" if left[name] else "clean, take it off the list"
        print(f"{name}: {state}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
