"""Other detectors of secrets, each as a function from a text to the secrets that it finds in it."""

from __future__ import annotations

import math
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from fire_routine.redact.engine import find_secrets
from fire_routine.sanitize import visible

Finder = Callable[[str], list[str]]


class MissingError(Exception):
    """A peer is not installed; the message is the line that is printed."""


def ours() -> Finder:
    def find(text: str) -> list[str]:
        shown = visible(text)
        return [shown[span.start : span.end] for span in find_secrets(shown)]

    return find


def gitleaks(rules: Path | None) -> Finder:
    """gitleaks' patterns in Python's `re`, with its keywords, entropy limits and allowlists."""
    if rules is None:
        raise MissingError("gitleaks: not measured, give its config/gitleaks.toml with --gitleaks")
    config = tomllib.loads(rules.read_text("utf-8"))
    ordinary = _Allowed(config["allowlist"])
    compiled = [rule for entry in config["rules"] if "regex" in entry and (rule := _Rule.of(entry))]

    def find(text: str) -> list[str]:
        lowered = text.lower()
        return [
            secret for rule in compiled for secret in rule.find(text, lowered) if not ordinary.covers(secret)
        ]

    return find


def _python(expression: str) -> re.Pattern[str]:
    """Go's expression as Python's. Python ignores case as a whole where Go does from the middle on.

    Raises:
        re.error: Python cannot read it.
    """
    flags = re.IGNORECASE if "(?i)" in expression else re.NOFLAG
    expression = expression.replace("(?i)", "").replace("[:alnum:]", "A-Za-z0-9").replace(r"\z", r"\Z")
    return re.compile(expression, flags)


class _Allowed:
    """What a rule, or the file, declares not to be a secret."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self._patterns = [_python(one) for one in entry.get("regexes", ())]
        self._words = [word.lower() for word in entry.get("stopwords", ())]

    def covers(self, secret: str) -> bool:
        return any(one.search(secret) for one in self._patterns) or any(
            word in secret.lower() for word in self._words
        )


class _Rule:
    def __init__(self, entry: dict[str, Any]) -> None:
        self._pattern = _python(entry["regex"])
        self._group = entry.get("secretGroup", 0)
        self._entropy = entry.get("entropy", 0)
        self._keywords = [word.lower() for word in entry.get("keywords", ())]
        self._allowed = [_Allowed(one) for one in entry.get("allowlists", ()) if "regexTarget" not in one]

    @classmethod
    def of(cls, entry: dict[str, Any]) -> _Rule | None:
        try:
            return cls(entry)
        except re.error:
            return None

    def find(self, text: str, lowered: str) -> list[str]:
        if self._keywords and not any(word in lowered for word in self._keywords):
            return []
        secrets = map(self._secret, self._pattern.finditer(text))
        return [one for one in secrets if _entropy(one) > self._entropy and not self._is_allowed(one)]

    def _secret(self, match: re.Match[str]) -> str:
        groups = [group for group in match.groups() if group]
        return match[self._group] if self._group else groups[0] if groups else match[0]

    def _is_allowed(self, secret: str) -> bool:
        return any(one.covers(secret) for one in self._allowed)


def _entropy(text: str) -> float:
    """Shannon's, in bits per character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def kingfisher() -> Finder:
    try:
        scanner = import_module("kingfisher_sdk").Scanner()
    except ImportError:
        raise MissingError("kingfisher: not measured, install kingfisher-secret-scanner") from None

    def find(text: str) -> list[str]:
        return [finding.secret for finding in scanner.scan(text) if finding.visible]

    return find


def detect_secrets() -> Finder:
    try:
        scan: Any = import_module("detect_secrets.core.scan")
        settings: Any = import_module("detect_secrets.settings")
    except ImportError:
        raise MissingError("detect-secrets: not measured, install detect-secrets") from None
    folder = tempfile.TemporaryDirectory()
    file = Path(folder.name) / "log.txt"

    def find(text: str, _keep: object = folder) -> list[str]:
        file.write_text(text, "utf-8", errors="replace")
        with settings.default_settings():
            return [found.secret_value for found in scan.scan_file(str(file)) if found.secret_value]

    return find
