"""Which lines of a log name a secret: they are kept from all of it, for redaction alone.

A text shows few lines of a log. The line that names a password may be thousands of lines above the one that
repeats it, so what is shown does not tell that it is secret. The distiller keeps such lines
(`distill/named.py`), and `apply.cleaned` reads them with those that are shown.
"""

from __future__ import annotations

from ..patterns import pattern

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
    "kind: secret": 40,
    'kind": "secret': 40,
    "-----begin": 60,
    **dict.fromkeys(("docker login", "podman login", "sshpass", "htpasswd"), 1),
}
LITERALS = tuple(literal.encode() for literal in (*_NAMES, *AROUND))

# In lower case: the name, what is between it and its value, and the value, on the same line or the next.
VALUE = pattern(
    rb"(?:%b)[\w.$-]{0,48}[\]\"'`\\]{0,4}"
    rb"[\s:=|,>+-]{1,64}[\[({\"'`\\]{0,6}(?P<value>[^\s\"'`]{6,400})"
    % b"|".join(name.encode().replace(b"-", rb"\-").replace(b" ", rb"\s") for name in _NAMES)
)
SHOWS = pattern(b"|".join(text.encode() for text in AROUND))
