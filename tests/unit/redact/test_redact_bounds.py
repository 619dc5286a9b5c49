"""Time stays linear on text that was made to be slow."""

import base64
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.nightly

SOURCES = Path(__file__).resolve().parents[3] / "src"
SLOW = (
    *("ghp_ ", "eyJ ", "eyJhbGciOi ", "sk-", "s.", "|", "1/1 ", "pat\n", "ghp_\n", "g\n", "eyJ\n", "?key="),
    *("a_key: ", "token ", "password=", "token - '", '""a', "X_TOKEN ", "ENV A_TOKEN ", "http://u:p@"),
    *("discord ", "twitter = ", "lob=live_", "okta: 00", "curl -u a", "auth = ('a', ", 'value = "x"\n'),
    *("cat token\n", "password:\n", "-----BEGIN RSA PRIVATE KEY-----", "aB3/" * 16 + "\n"),
)


def base64_rows(text: str) -> str:
    return "\n".join(textwrap.wrap(base64.b64encode(text.encode()).decode(), 76))


TOOLS = ("curl", "mongo", "htpasswd", "ldapsearch", "openssl", "lftp", "login")


@pytest.mark.parametrize(
    "text",
    [
        *(unit * (500_000 // len(unit)) for unit in SLOW),
        # Words that hold a tool's name a hundred times: tried at each, this takes minutes.
        *(f"{tool * (390 // len(tool))} " * 250 for tool in TOOLS),
        base64_rows(base64_rows("the quick brown fox jumps over the lazy dog " * 1_000)),
    ],
    ids=lambda text: text[:12],
)
def test_half_a_million_characters_take_seconds(text: str) -> None:
    program = "import sys; from fire_routine.redact import redact_text; redact_text(sys.stdin.read())"
    command = [sys.executable, "-c", program]
    environ = {"PYTHONPATH": str(SOURCES)}
    subprocess.run(command, input=text, encoding="utf-8", check=True, timeout=120, env=environ)
