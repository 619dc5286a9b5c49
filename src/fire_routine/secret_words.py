"""Words by which a line of a log names a secret. A leaf, like `patterns`: the distiller keeps such lines.

A text shows few lines of a log. The line that names a password may be thousands of lines above the one that
repeats it, so what is shown does not tell that it is secret. So lines with these words are kept from all of a
log (`distill/named.py`), for redaction alone: `redact.apply.cleaned` reads them with those that are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .patterns import pattern

# In lower case. What names a value that is on the same line or below it.
_NAMES = (
    *("passw", "passphrase", "passcode", "_pass", "pass=", "pwd", "pswd", "_pw", "pw=", "pass:", "secret"),
    *("token", "credential", "creds", "apikey", "api_key", "api-key", "api key", "_key", "key=", "-key"),
    *("_auth", '"auth', "authorization", "bearer", "mnemonic", "connectionstring", "signature=", "sig="),
    *("sessionid", "session_id", "session-id", "_salt", "pepper", "_pat", "pat=", "_cookie", "appid"),
    "identified by",
)
# What shows that a line near it is secret: how many lines above and below it are kept.
AROUND = {
    "-----begin": 60,
    "kind: secret": 40,
    'kind": "secret': 40,
    **dict.fromkeys(("docker login", "podman login", "sshpass", "htpasswd"), 1),
    # Commands that print a secret or take one: its value is on the line below or above. Runner commands.
    **dict.fromkeys(("op item get", "op read", "pass show", "pwgen", "tofu output", "terraform output"), 1),
    **dict.fromkeys(("vault read", "vault kv", "export-login", "etcdctl get", "openssl rand"), 1),
    **dict.fromkeys(("sudo -s", "cryptsetup", "chpasswd", "-stdin", "_stdin", "add-mask", "set-output"), 1),
    # Short options with a password
    **dict.fromkeys((" -p ", " -pw ", " -ap ", " -xp ", " /p:", " /rp "), 1),
}
LITERALS = tuple(literal.encode() for literal in (*_NAMES, *AROUND))


def _any_of(words: Sequence[str]) -> str:
    """An expression for any of the words, which looks at each beginning once. A blank is any white space."""
    rests: dict[str, list[str]] = {}
    for word in words:
        rests.setdefault(word[:1], []).append(word[1:])
    ends_here = rests.pop("", None) is not None
    found = [
        (r"\s" if first == " " else re.escape(first)) + (_any_of(rest) if any(rest) else "")
        for first, rest in rests.items()
    ]
    return f"(?:{'|'.join(found)}){'?' * ends_here}"


# In lower case: the name, what is between it and its value, and the value, on the same line or the next.
# A test that Go ran ("--- PASS: TestParse") names none.
VALUE = pattern(
    rb"(?<!--- )%b[\w.$-]{0,48}[\]\"'`\\]{0,4}"
    rb"[\s:=|,>+-]{1,64}[\[({\"'`\\]{0,6}(?P<value>[^\s\"'`]{6,400})" % _any_of(_NAMES).encode()
)
# A column's name in the head of a table, or a command that names what it prints; of `IN_HEAD` one is in each.
HEAD = pattern(
    rb"(?:^|%b)[ \"]{0,40}[\w-]{0,30}"
    rb"(?:passw(?:or)?d|passwd|secret|token|credential|(?:api|access|secret|private)[ _-]?key)"
    rb"[\w-]{0,10}[ \"]{0,40}(?:%b|$)"
    rb"|^(?:\S{1,64} ){0,2}\S{0,64}(?:\+{1,4}|[$#%%>]) .{0,200}(?:passw|secret|token|credential|[._:-]key)"
    % ((rb"(?:[|,\t]|\xe2\x94[\x82\x83]|  )",) * 2)
)
IN_HEAD = (b"passw", b"secret", b"token", b"credential", b"key")
BELOW_HEAD = 4  # lines that are kept: a head, a rule, and the first rows
