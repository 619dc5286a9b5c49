"""Sources that tools quote in the block of a finding, and frames of a crash."""

from __future__ import annotations

import pytest
from tests.unit.distill.context.made_blocks import block_at


def test_library_source_in_pytest_scores_less_except_what_was_raised_there() -> None:
    lines = [
        b"    def test_total():",
        b">       total()",
        b"tests/test_cart.py:9: ",
        b"_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ ",
        b"self = PosixPath('/srv/carts')",
        b"    def mkdir(self, mode=0o777):",
        b">           os.mkdir(self, mode)",
        b"E           PermissionError: [Errno 13] Permission denied: '/srv/carts'",
        b"",
        b"/usr/lib/python3.11/pathlib.py:1116: PermissionError",
    ]
    first, shares = block_at(7, lines)
    result = dict(enumerate(shares, first))
    assert max(result[at] for at in (4, 5, 6)) < 0.5 * min(result[at] for at in (0, 1, 2, 7))
    _, own = block_at(7, [*lines[:-1], b"/srv/shop/cart.py:1116: PermissionError"])
    assert own[6 - first] > 0.9 * own[7 - first]


@pytest.mark.parametrize(
    ("docstring", "lines"),
    [
        (b'    """The sum of a cart.\n\n    :param cart: its prices\n    """', 3),
        (b"    r'''The sum of a cart.\n    Of its prices.'''", 1),
        (b'    """The sum of a cart."""', 0),
    ],
)
def test_docstring_scores_less_below_its_first_line(docstring: bytes, lines: int) -> None:
    source = [
        b"    def total(cart):",
        *docstring.split(b"\n"),
        b"        tax = rate()",
        b">       return cart * tax",
    ]
    _, shares = block_at(len(source), [*source, b"E       TypeError: can't multiply sequence by non-int"])
    below = slice(2, 2 + lines)
    assert [share for share in shares[below] if share > 0.3] == []
    assert min(shares[:2] + shares[below.stop :]) > 0.5


@pytest.mark.parametrize(
    "end",
    [[b'    """'], [b'    query = """', b"        select 1", b'    """'], [b"    run(", b'        """)']],
)
def test_source_below_quotes_that_begin_no_docstring_scores_fully(end: list[bytes]) -> None:
    source = [*end, b"        tax = rate()", b">       return cart * tax"]
    _, shares = block_at(len(source), [*source, b"E       TypeError: can't multiply sequence by non-int"])
    assert min(shares) > 0.5


def test_first_frame_of_a_crash_scores_fully_in_any_library() -> None:
    lines = [
        b"Fatal Python error: Segmentation fault",
        b"Current thread 0x00007f0c5e7fc700 (most recent call first):",
        b'  File "/usr/lib/python3.12/site-packages/torch/nn.py", line 4 in forward',
        b'  File "/w/shop/cart.py", line 9 in total',
    ]
    _, shares = block_at(0, lines)
    assert shares[2] >= shares[3]


def test_runner_of_a_crashed_test_scores_less() -> None:
    lines = [
        b"Fatal Python error: Segmentation fault",
        b"Current thread 0x00007f0c5e7fc700 (most recent call first):",
        b'  File "/venv/lib/python3.12/site-packages/shop/tills.py", line 12 in total',
        b'  File "/work/tests/unittest/test_cart.py", line 9 in test_total',
        b'  File "/venv/lib/python3.12/site-packages/_pytest/python.py", line 166 in pytest_pyfunc_call',
        b'  File "/venv/lib/python3.12/site-packages/pluggy/_callers.py", line 121 in _multicall',
        b'  File "<frozen runpy>", line 88 in _run_code',
    ]
    first, shares = block_at(0, lines)
    assert first == 0
    assert min(shares[2:4]) > 2 * max(shares[4:])
