"""Messages: plain text for logs, Markdown for the summary, values escaped."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import pytest

from fire_routine.model import Message
from fire_routine.report.markdown import rendered

SOURCE = Path(__file__).resolve().parents[2] / "src/fire_routine"


def _clean(text: str) -> str:
    return text.replace("hunter2", "[redacted]")


@pytest.mark.parametrize(
    ("message", "plain", "markdown"),
    [
        (Message("Set `{v}`.", v="x`y"), "Set `x`y`.", ["Set ``x`y``."]),
        (Message("{v} and {w}.", v="*a*", w=3), "*a* and 3.", ["\\*a\\* and 3."]),
        (Message("`{v}``{v}`", v="a"), "`a``a`", ["`a``a`"]),
        (
            Message("Use `${{{{ github.token }}}}`."),
            "Use `${{ github.token }}`.",
            ["Use `${{ github.token }}`."],
        ),
        (Message("One {v}.\nTwo.", v="a\nb"), "One a\nb.\nTwo.", ["One a b.", "Two."]),
        (Message("{v}", v="hunter2"), "hunter2", ["\\[redacted\\]"]),
        (Message("Then: {m}", m=Message("`b` {v}", v="_")), "Then: `b` _", ["Then: `b` \\_"]),
        (Message("Empty `{v}`.", v=""), "Empty ``.", ["Empty `…`."]),
    ],
)
def test_a_message_is_plain_text_and_markdown(message: str, plain: str, markdown: list[str]) -> None:
    assert str(message) == plain
    assert rendered(message, _clean) == markdown


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Message("Set {name}.")


def test_a_message_survives_copying_and_pickling() -> None:
    message = Message("Set `{v}`.", v="x")
    for same in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert (same, same.template, dict(same.values)) == (message, message.template, message.values)


def test_every_template_in_the_source_is_a_literal() -> None:
    """A value in the template would not be escaped."""
    found = 0
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message":
                assert node.args and isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                found += 1
    assert found > 3
