"""Secrets in the syntax of single tools, and what looks similar without being one."""

import pytest

from fire_routine.redact import redact_text

VALUE = "Zx81kQ7m" + "Wv93pLtR"
UUID = "811e1b49-9bc3-4933-ab56-" + "27a6d9941031"
HEX_64 = "991dfed829e408f4" * 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+ curl -fsS -u admin:'{}' https://nexus.example.com", VALUE),
        ('curl -u "admin:{}" https://nexus.example.com', VALUE),
        ("curl -fsS -u {}: https://api.example.com/v1", VALUE),
        ('curl -u "{}:" https://api.example.com/v1', VALUE),
        ("curl --user {} https://api.example.com/v1", VALUE),
        ("SecretID:         {}", UUID),
        ("auth       = ('ci-bot', '{}')", VALUE),
        ("credentials: ['ci', '{}']", VALUE),
        ('      + value     = "{}"\n      + type      = "SecureString"', VALUE),
        ('      + type      = "SecureString"\n      + value     = "{}"', VALUE),
        ('{{"Value": "{}",\n "Type": "SecureString"}}', VALUE),
        ("Please use the following password to proceed to installation:\n\n{}\n", VALUE),
        ("Please use the following password to proceed:\n*****\n  {}\n*****", VALUE),
        ("$ cat config/master.key\n{}", "b0dc182fa8eb7c40" * 2),
        ("+ cargo login {}", VALUE + VALUE),
        ("rabbitmq-server -setcookie {}", VALUE),
        ("RELEASE_COOKIE={}", VALUE + VALUE),
        ("accounts: [ '{}' ]", f"0x{HEX_64}"),
        ("forge create --private-key {} Token", f"0x{HEX_64}"),
    ],
)
def test_a_tools_secret_is_redacted_and_its_words_stay(text: str, value: str) -> None:
    redacted, counts = redact_text(text.format(value))
    (kind,) = counts
    assert redacted == text.format(f"[redacted:{kind}]")


@pytest.mark.parametrize(
    "text",
    [
        "curl -u $USER:$PASSWORD https://x.test",
        "curl --user runner https://x.test",
        "curl -u ci: https://x.test",
        "auth = ('Basic', token)",
        "credentials = ['none']",
        '      + value     = "eu-west-1a2b3"\n      + type      = "String"',
        "Invalid password:\n\nmust have letters and digits",
        "Wrong password:\n  at Client.login (client.js:120:9)",
        "$ cat README.md\nfire-routine-1.2.3-linux-x64-musl",
        "$ cat config/master.key\nNo such file or directory",
        "cargo login\nplease paste the token found on https://crates.io/me below",
        f"block hash 0x{HEX_64}",
        f"transactions: ['0x{HEX_64}']",
        "SecretID:         none",
    ],
)
def test_what_looks_similar_stays(text: str) -> None:
    assert redact_text(text) == (text, {})
