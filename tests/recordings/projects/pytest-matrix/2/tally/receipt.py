"""Receipts: what was sold, and for how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from . import money


@dataclass
class Line:
    article: str
    price: int  # cents
    quantity: int = 1

    @property
    def amount(self) -> int:
        return self.price * self.quantity


@dataclass
class Receipt:
    number: int
    lines: list[Line] = field(default_factory=list)
    sold_at: datetime | None = None

    def add(self, article: str, price: str, quantity: int = 1) -> None:
        if quantity < 1:
            raise ValueError("quantity must be at least 1")
        self.lines.append(Line(article, money.parse(price), quantity))

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    def printed(self) -> str:
        when = f", {self.sold_at:%Y-%m-%d %H:%M}" if self.sold_at else ""
        rows = [f"Receipt {self.number}{when}"]
        rows += [f"{line.quantity} x {line.article:<20} {money.show(line.amount):>9}" for line in self.lines]
        return "\n".join([*rows, f"{'Total':<24} {money.show(self.total):>9}"])
