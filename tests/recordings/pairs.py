"""Make the logs of tests/unit/distill/failures: the same small failing projects, run more than once.

    python -m tests.recordings.pairs [NAME ...]

A folder there is a project. `same-*.log` are runs of one failure: in different folders, with tests in another
order, on several workers, with other versions of the tool; `other-*.log` are runs of other failures of the same
project. Needs what `_PROJECTS` names: uv, Node.js with npm, cargo, go, gcc and make, RSpec.
"""

# ruff: noqa: E501 - a run a line
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .record import HOME, PASSED_ON
from .runner import Log

LOGS = Path(__file__).resolve().parents[1] / "unit/distill/failures"


@dataclass(frozen=True)
class Run:
    name: str
    folder: str
    command: str
    instead: tuple[tuple[str, str, str], ...] = ()  # file, text in it, other text: another failure


@dataclass(frozen=True)
class Project:
    files: dict[str, str]
    runs: tuple[Run, ...]


GITHUB, GITLAB, MAC = (
    "/home/runner/work/shop/shop",
    "/builds/team-7/shop",
    "/Users/runner/work/shop/shop",
)
_PYTEST = "uv run -q --no-project --python {} --with 'pytest>=8' --with pytest-xdist --with pytest-randomly pytest {}"
_NPM = "npm install --silent --no-audit --no-fund && "
_UNITTEST = "uv run -q --no-project --python {} python -m unittest {}"

_PROJECTS = {
    "pytest": Project(
        {
            "tests/test_cart.py": """\
import os
import socket
import uuid

import pytest


class Cart:
    def total(self):
        return 12


def test_total():
    assert Cart().total() == 13


def test_items():
    assert Cart() is None, f"{Cart()!r} of process {os.getpid()}"


def test_order():
    raise ValueError(f"no order {uuid.uuid4()}")


@pytest.mark.parametrize("count", range(9))
def test_discount(count):
    assert count < 0


def test_file(tmp_path):
    open(tmp_path / "cart.json")


def test_server():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port))
    pytest.fail(f"no answer from 127.0.0.1:{port}")
""",
            "tests/test_more.py": """\
import time

import pytest


@pytest.mark.parametrize("number", range(40))
def test_fine(number):
    time.sleep(0.001 * (number % 3))


def test_price():
    assert {"price": 3} == {"price": 4}
""",
        },
        (
            Run("same-1", GITHUB, _PYTEST.format("3.12", "-p no:randomly")),
            Run("same-2", GITLAB, _PYTEST.format("3.13", "-n 2")),
            Run("same-3", MAC, _PYTEST.format("3.12", "-p randomly -p no:xdist --color=yes")),
            Run("same-4", GITHUB, _PYTEST.format("3.12", "-q -p randomly")),
            Run("other-message", GITHUB, _PYTEST.format("3.12", "-p no:randomly"), (("tests/test_cart.py", "no order", "no customer"),)),
            Run("other-test", GITHUB, _PYTEST.format("3.12", "-p no:randomly"), (("tests/test_more.py", "test_price", "test_prices"),)),
            Run("other-value", GITHUB, _PYTEST.format("3.12", "-p no:randomly"), (("tests/test_more.py", '"price": 4', '"cost": 4'),)),
        ),
    ),
    "unittest": Project(
        {
            "test_stock.py": """\
import unittest


class Stock(unittest.TestCase):
    def test_count(self):
        self.assertEqual(len([1, 2]), 3)

    def test_name(self):
        self.assertEqual("apple", "pear")

    def test_open(self):
        open("missing.txt")
""",
        },
        (
            Run("same-1", GITHUB, _UNITTEST.format("3.12", "")),
            Run("same-2", GITLAB, _UNITTEST.format("3.12", "test_stock.Stock.test_open test_stock.Stock.test_name test_stock.Stock.test_count")),
            Run("same-3", MAC, _UNITTEST.format("3.13", "")),
            Run("other-message", GITHUB, _UNITTEST.format("3.12", ""), (("test_stock.py", '"pear"', '"plum"'),)),
            Run("other-test", GITHUB, _UNITTEST.format("3.12", ""), (("test_stock.py", "test_name", "test_label"),)),
        ),
    ),
    "node-test": Project(
        {
            "cart.test.js": """\
const test = require("node:test");
const assert = require("node:assert");

test("adds up", () => assert.strictEqual(1 + 1, 3));
test("has a name", () => { throw new Error("no name"); });
for (let i = 0; i < 20; i++) test(`fine ${i}`, () => {});
""",
        },
        (
            Run("same-1", GITHUB, "node --test"),
            Run("same-2", MAC, "node --test --test-concurrency=2"),
            Run("other-message", GITHUB, "node --test", (("cart.test.js", "no name", "no label"),)),
            Run("other-test", GITHUB, "node --test", (("cart.test.js", "has a name", "has a label"),)),
        ),
    ),
    "jest": Project(
        {
            "package.json": '{"name": "shop", "private": true, "devDependencies": {"jest": "29.7.0"}}\n',
            "cart.test.js": """\
test("adds up", () => expect(1 + 1).toBe(3));
test("has a name", () => { throw new Error("no name"); });
test.each([1, 2, 3])("fine %i", () => {});
""",
            "stock.test.js": 'test("counts", () => expect({ apples: 2 }).toEqual({ apples: 3 }));\n',
        },
        (
            Run("same-1", GITHUB, _NPM + "npx jest --ci -i"),
            Run("same-2", GITLAB, _NPM + "npx jest --ci --randomize -w 2"),
            Run("same-3", MAC, _NPM + "npx jest --ci --color --randomize"),
            Run("other-message", GITHUB, _NPM + "npx jest --ci -i", (("cart.test.js", "no name", "no label"),)),
            Run("other-test", GITHUB, _NPM + "npx jest --ci -i", (("stock.test.js", '"counts"', '"sums"'),)),
        ),
    ),
    "vitest": Project(
        {
            "package.json": '{"name": "shop", "private": true, "devDependencies": {"vitest": "3.2.4"}}\n',
            "cart.test.js": """\
import { expect, test } from "vitest";

test("adds up", () => expect(1 + 1).toBe(3));
test("has a name", () => { throw new Error("no name"); });
test("is fine", () => {});
""",
            "stock.test.js": """\
import { expect, test } from "vitest";

test("counts", () => expect({ apples: 2 }).toEqual({ apples: 3 }));
""",
        },
        (
            Run("same-1", GITHUB, _NPM + "npx vitest run"),
            Run("same-2", GITLAB, _NPM + "npx vitest run --sequence.shuffle --sequence.seed=77"),
            Run("same-3", MAC, _NPM + "FORCE_COLOR=1 npx vitest run"),
            Run("other-message", GITHUB, _NPM + "npx vitest run", (("cart.test.js", "no name", "no label"),)),
            Run("other-test", GITHUB, _NPM + "npx vitest run", (("stock.test.js", '"counts"', '"sums"'),)),
        ),
    ),
    "mocha": Project(
        {
            "package.json": '{"name": "shop", "private": true, "devDependencies": {"mocha": "11.7.1"}}\n',
            "test/cart.js": """\
const assert = require("assert");
describe("cart", () => {
  it("adds up", () => assert.strictEqual(1 + 1, 3));
  it("has a name", () => { throw new Error("no name"); });
  it("answers", (done) => setTimeout(done, 60)).timeout(20);
  it("is fine", () => {});
});
""",
            "test/stock.js": 'describe("stock", () => { it("counts", () => { throw new TypeError("no apples"); }); });\n',
        },
        (
            Run("same-1", GITHUB, _NPM + "npx mocha"),
            Run("same-2", GITLAB, _NPM + "npx mocha test/stock.js test/cart.js"),
            Run("same-3", MAC, _NPM + "npx mocha --color"),
            Run("other-message", GITHUB, _NPM + "npx mocha", (("test/stock.js", "no apples", "no pears"),)),
            Run("other-test", GITHUB, _NPM + "npx mocha", (("test/stock.js", '"counts"', '"sums"'),)),
        ),
    ),
    "cargo-test": Project(
        {
            "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n',
            "src/lib.rs": """\
#[cfg(test)]
mod tests {
    #[test]
    fn adds_up() {
        assert_eq!(1 + 1, 3);
    }

    #[test]
    fn has_a_name() {
        panic!("no name");
    }

    #[test]
    fn is_fine() {}
}
""",
        },
        (
            Run("same-1", GITHUB, "cargo test --offline"),
            Run("same-2", GITLAB, "cargo test --offline --release -- --test-threads=1"),
            Run("same-3", MAC, "cargo test --offline --color always"),
            Run("other-message", GITHUB, "cargo test --offline", (("src/lib.rs", "no name", "no label"),)),
            Run("other-test", GITHUB, "cargo test --offline", (("src/lib.rs", "adds_up", "sums_up"),)),
            Run("other-compile", GITHUB, "cargo test --offline", (("src/lib.rs", "1 + 1, 3", '1 + 1, "3"'),)),
        ),
    ),
    "go-test": Project(
        {
            "go.mod": "module example.com/shop\n\ngo 1.21\n",
            "cart_test.go": """\
package shop

import (
	"testing"
	"time"
)

func TestTotal(t *testing.T) {
	time.Sleep(time.Duration(time.Now().UnixNano()%30) * time.Millisecond)
	t.Errorf("total: got %d, want %d", 12, 13)
}

func TestName(t *testing.T) { t.Fatal("no name") }

func TestFine(t *testing.T) {}
""",
            "stock/stock_test.go": """\
package stock

import "testing"

func TestCount(t *testing.T) {
	var apples map[string]int
	apples["red"]++
}
""",
        },
        (
            Run("same-1", GITHUB, "go test ./..."),
            Run("same-2", GITLAB, "go test -shuffle=on ./..."),
            Run("same-3", MAC, "go test -p 1 -count=1 -race=false ./..."),
            Run("other-message", GITHUB, "go test ./...", (("cart_test.go", "no name", "no label"),)),
            Run("other-test", GITHUB, "go test ./...", (("cart_test.go", "TestTotal", "TestSum"),)),
            Run("other-compile", GITHUB, "go test ./...", (("cart_test.go", 't.Fatal("no name")', "t.Fatal(name)"),)),
        ),
    ),
    "make-gcc": Project(
        {
            "Makefile": "all: cart.o stock.o\n%.o: %.c\n\tgcc -Wall -c $< -o $@\n",
            "cart.c": "int total(void) { return prices; }\n",
            "stock.c": '#include "apples.h"\nint count(void) { return 3; }\n',
        },
        (
            Run("same-1", GITHUB, "make -k"),
            Run("same-2", GITLAB, "make -k -j2"),
            Run("same-3", MAC, "make -k stock.o cart.o"),
            Run("other-message", GITHUB, "make -k", (("cart.c", "prices", "costs"),)),
            Run("other-header", GITHUB, "make -k", (("stock.c", "apples.h", "pears.h"),)),
        ),
    ),
    "rspec": Project(
        {
            "spec/cart_spec.rb": """\
RSpec.describe "cart" do
  it("adds up") { expect(1 + 1).to eq(3) }
  it("has a name") { raise ArgumentError, "no name of #{Object.new.inspect}" }
  it("is fine") {}
end
""",
            "spec/stock_spec.rb": 'RSpec.describe("stock") { it("counts") { expect([1, 2]).to include(3) } }\n',
        },
        (
            Run("same-1", GITHUB, "rspec"),
            Run("same-2", GITLAB, "rspec --order rand:77"),
            Run("same-3", MAC, "rspec --force-color --order rand:4 --format documentation"),
            Run("other-message", GITHUB, "rspec", (("spec/cart_spec.rb", "no name", "no label"),)),
            Run("other-test", GITHUB, "rspec", (("spec/stock_spec.rb", '"counts"', '"sums"'),)),
        ),
    ),
}  # fmt: skip


def record(project: Project, run: Run) -> bytes:
    """The log of a run, as GitHub would keep it."""
    folder = Path(run.folder)
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in project.files.items():
        for file, old, new in run.instead:
            if file == name:
                assert old in text, (run.name, old)
                text = text.replace(old, new)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    environ = {name: os.environ[name] for name in (*PASSED_ON, "SSL_CERT_FILE") if name in os.environ}
    environ |= {"HOME": str(HOME), "CI": "true", "LC_ALL": "C.UTF-8", "UV_CACHE_DIR": str(HOME / ".cache/uv")}
    log = Log()
    log.write(f"##[group]Run {run.command}\nshell: /usr/bin/bash -e {{0}}\n##[endgroup]")
    with subprocess.Popen(
        ["bash", "-ec", run.command],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line.decode("utf-8", "replace").rstrip("\n"))
    if process.returncode == 0:
        raise SystemExit(f"{run.name}: did not fail")
    log.write(f"##[error]Process completed with exit code {process.returncode}.")
    return bytes(log.content)


def main(names: list[str]) -> int:
    made = [HOME, Path("/builds"), Path("/Users")]
    if any(folder.exists() for folder in made):
        print(f"one of {made} exists: it would be overwritten and removed", file=sys.stderr)
        return 1
    try:
        for name in names or _PROJECTS:
            for run in _PROJECTS[name].runs:
                path = LOGS / name / f"{run.name}.log"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(record(_PROJECTS[name], run))
                print(path)
    finally:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
