"""Amounts in whole cents."""

from __future__ import annotations


def parse(text: str) -> int:
    """Cents of an amount such as '12.50'."""
    whole, _, cents = text.strip().partition(".")
    if not whole.isdigit() or len(cents) > 2 or (cents and not cents.isdigit()):
        raise ValueError(f"not an amount: {text!r}")
    return int(whole) * 100 + int(cents.ljust(2, "0") or "0")


def show(cents: int) -> str:
    """'12.50' for 1250."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def share(cents: int, parts: int) -> list[int]:
    """`cents` in `parts` as equal as whole cents allow; the first ones get the rest."""
    if parts < 1:
        raise ValueError("parts must be at least 1")
    each, rest = divmod(cents, parts)
    return [each + 1] * rest + [each] * (parts - rest)
