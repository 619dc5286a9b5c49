"""A till: opens receipts, numbers them, and counts the day's takings."""

from __future__ import annotations

from .receipt import Receipt


class Till:
    def __init__(self, first_number: int = 1) -> None:
        self._next = first_number
        self.closed: list[Receipt] = []

    def open(self) -> Receipt:
        receipt = Receipt(self._next)
        self._next += 1
        return receipt

    def close(self, receipt: Receipt) -> None:
        if not receipt.lines:
            raise ValueError(f"receipt {receipt.number} is empty")
        self.closed.append(receipt)

    @property
    def takings(self) -> int:
        return sum(receipt.total for receipt in self.closed)
