"""Made-up log lines for `redaction.py`: with one secret each, and without any. The same for the same seed."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.unit.redact.planted import planted
from tools.token_data import Format, tokens, value_of

HEX = "0123456789abcdef"
BASE64 = string.ascii_letters + string.digits + "+/"
ALNUM = string.ascii_letters + string.digits
NAMED = (
    *("export {name}_TOKEN={value}", '  "{lower}_token": "{value}",', "    {name}_API_KEY: {value}"),
    *("+ deploy --{lower}-token {value} --force", "{lower}Token = '{value}'", "ENV {name}_TOKEN {value}"),
)
BARE = (
    *("Error: 401 Unauthorized (credential {value})", 'E       assert None == "{value}"', "- {value}"),
    *("curl: (22) The requested URL returned error: 403 for {value}", "    at login ({value})"),
)
HARMLESS = (
    *(
        "commit {hex40}",
        "Digest: sha256:{hex64}",
        '      "integrity": "sha512-{b64_86}==",',
        'ETag: "{hex32}"',
    ),
    *("    integrity sha384-{b64_64}", 'checksum = "{hex64}"', "requests==2.31.0 --hash=sha256:{hex64}"),
    *("golang.org/x/crypto v0.17.0 h1:{b64_43}=", "x-request-id: {uuid}", "trace_id={hex32} span_id={hex16}"),
    *(
        "Cache key: linux-node-{hex64}",
        "key: v1-deps-{hex64}",
        "actions/checkout@{hex40}",
        "cacheKey={hex40}",
    ),
    *("{hex64}  dist/app.tar.gz", "build: main.{hex20}.js 120 kB", 'E   assert "{hex40}" == "{hex40}"'),
    *("tests/test_auth.py::test_password_reset[{hex32}] FAILED", "test_{hex8}_token_refresh PASSED"),
    *("expected: {uuid}, actual: {uuid}", "key fingerprint: SHA256:{b64_43}", "api-key-id: {hex20}"),
    *("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB{b64_340} ci@host", "/nix/store/{low32}-openssl-3.0"),
    *(
        "sourceMappingURL=data:application/json;base64,{b64_200}",
        "partition key = {hex24}",
        "{hex12}: Pull complete",
    ),
    *("PASSWORD_RESET_TIMEOUT = 259200", 'password_hash: str = "abc"', "token_type: bearer", "token=<unset>"),
    *("def check_password(self, password: str) -> bool:", "Unexpected token }} in JSON at position 25"),
    *(
        "publicKeyToken=b77a5c561934e089, Version=4.0.0.0",
        'constraint "fk_rails_{hex10}"',
        "tokens: 8108 prompt",
    ),
    *("remove snapshot key={low25} snapshotter=overlayfs", "gpg --secret-keyring /x/tmp.Qm8vTd41Zr --list"),
)


@dataclass(frozen=True)
class Line:
    """A text of one line or several, and the secrets in it."""

    source: str
    text: str
    secrets: tuple[str, ...]


def made_up(seed: int) -> Iterator[Line]:
    """The lines with secrets: vendors' tokens named and bare, and the syntax of tools."""
    formats = [(one, example) for one in tokens() for example in one.examples]
    for number, (one, example) in enumerate(formats):
        value = value_of(example, seed)
        yield Line("vendor token, named", _filled(NAMED, number, one, value), (value,))
        yield Line("vendor token, bare", _filled(BARE, number, one, value), (value,))
    for secret in planted(seed):
        if secret.how == "plain":  # a finder of an encoded secret does not show what it found
            yield Line("tool's syntax", "\n".join(secret.lines), secret.secret)


def _filled(forms: tuple[str, ...], number: int, token: Format, value: str) -> str:
    name = token.kind.split("-")[0].upper()
    return forms[number % len(forms)].format(name=name, lower=name.lower(), value=value)


def harmless(seed: int, rounds: int = 40) -> list[str]:
    """Lines of hashes, lockfiles, identifiers and settings, in the order of a log."""
    chance = random.Random(seed)
    return [form.format_map(_Random(chance)) for _ in range(rounds) for form in HARMLESS]


class _Random(dict[str, str]):
    """Random text by name: `hex40`, `b64_43`, `low25`, `uuid`."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def __missing__(self, name: str) -> str:
        if name == "uuid":
            return "-".join(self._of(HEX, length) for length in (8, 4, 4, 4, 12))
        alphabet = {"hex": HEX, "b64": BASE64, "low": string.ascii_lowercase + string.digits}[name[:3]]
        return self._of(alphabet, int(name[3:].strip("_")))

    def _of(self, alphabet: str, length: int) -> str:
        return "".join(self._chance.choices(alphabet, k=length))


def read(path: Path) -> Iterator[Line]:
    """Lines of a file of JSON objects: `line`, `secret` (a list), `source`. A text may be a list of pieces.

    Objects without `secret` are harmless lines.
    """
    with path.open(encoding="utf-8") as file:
        for entry in map(json.loads, file):
            secrets = tuple(map(_joined, entry.get("secret", ())))
            yield Line(entry.get("source", "harmless"), _joined(entry["line"]), secrets)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
