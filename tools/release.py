#!/usr/bin/env python3
"""What makes a release, apart from what needs an account (.github/RELEASING.md).

- `check`: whether version, CHANGELOG, README, examples and docs agree
- `build OUT`: make the release's tree
- `verify OUT`: whether a tree is what the lock and git make of its commit
- `dist OUT`: make the wheel and the source distribution
- `notes`: what CHANGELOG.md has on this version
- `stamp --owner NAME --ref COMMIT`: write the owner's name, or a commit, wherever users are shown the action

Run it by `python3 src/entrypoint.py tools/release.py COMMAND`; `--help` lists the options.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools.releasing import ReleaseError, consistency, owner, tree, verifying, wheels  # noqa: E402

from bootstrap import install  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/release.py", description="Makes a release.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(command=run)
        return added

    check = command("check", _check, "Whether version, CHANGELOG, README, examples and docs agree.")
    check.add_argument(
        "--tag", default="", help="the tag that starts the release: all has to be ready for it"
    )
    build = command("build", _build, "Make the release's tree in a new folder.")
    build.add_argument("--commit", default="HEAD", help="of which commit (default HEAD)")
    verify = command("verify", _verify, "Whether a tree is what the lock and git make of its commit.")
    for each in (build, verify):
        each.add_argument("out", type=Path, metavar="OUT")
        each.add_argument(
            "--from-environment",
            action="store_true",
            help="take the packages from this environment; the compiled one is for this Python only",
        )
        each.add_argument(
            "--wheels", type=Path, help="a folder that keeps wheels (default: in the user's cache)"
        )
    dist = command("dist", _dist, "Make the wheel and the source distribution for PyPI.")
    dist.add_argument("out", type=Path, metavar="OUT")
    dist.add_argument("--commit", default="HEAD", help="of which commit (default HEAD)")
    command("notes", _notes, "Print what CHANGELOG.md has on this version.")
    stamp = command("stamp", _stamp, "Write the owner's name, or a commit, wherever it has to be.")
    stamp.add_argument("--owner", metavar="NAME", help="the GitHub account that hosts the project")
    stamp.add_argument("--ref", metavar="COMMIT", help="the README and the examples use the action at it")
    return parser


def _check(options: argparse.Namespace) -> int:
    found = list(consistency.problems(ROOT, options.tag))
    if not options.tag:
        for line in consistency.placeholders(ROOT):
            print(f"still a placeholder: {line}")
    return _reported(found, f"{consistency.version(ROOT)} of {owner.owner(ROOT)}: all agree")


def _build(options: argparse.Namespace) -> int:
    parts = tree.made(ROOT, options.commit, _packages(options))
    tree.write(parts, options.out)
    print(f"{options.out}: {parts.about['version']}, commit {parts.about['commit']}")
    files = tree.content(parts)
    print(f"  {len(files):,} files, {sum(map(len, files.values())):,} bytes")
    return 0


def _verify(options: argparse.Namespace) -> int:
    about = verifying.read_about(options.out)
    found = list(verifying.problems(ROOT, options.out, _packages(options)))
    return _reported(found, f"{options.out} is {about.get('version')} of commit {about.get('commit')}")


def _dist(options: argparse.Namespace) -> int:
    for path in tree.distributions(ROOT, options.commit, options.out):
        print(path)
    return 0


def _notes(_: argparse.Namespace) -> int:
    print(consistency.notes(ROOT, consistency.version(ROOT)))
    return 0


def _stamp(options: argparse.Namespace) -> int:
    if not (options.owner or options.ref):
        raise ReleaseError("name what to write: --owner NAME, --ref COMMIT, or both")
    changed = owner.stamp(ROOT, options.owner) if options.owner else []
    if options.ref:
        tag = f"v{consistency.version(ROOT)}"
        tagged = (
            tree.git(ROOT, "rev-parse", f"{tag}^{{commit}}") if tree.git(ROOT, "tag", "--list", tag) else b""
        )
        release = tag if tagged.decode().strip() == options.ref else ""
        changed += [path for path in owner.pin(ROOT, options.ref, release) if path not in changed]
    for path in changed:
        print(path.relative_to(ROOT))
    return _reported(list(owner.others(ROOT)), f"the owner is {owner.owner(ROOT)}")


def _reported(problems: Sequence[str], well: str) -> int:
    for problem in problems:
        print(f"release: {problem}", file=sys.stderr)
    if not problems:
        print(well)
    return int(bool(problems))


def _packages(options: argparse.Namespace) -> dict[str, list[wheels.Files]]:
    if options.from_environment:
        return wheels.installed(ROOT)
    cache = options.wheels or next(iter(install.roots(os.environ)), None)
    if cache is None:
        raise ReleaseError("there is no private cache for the wheels: name a folder with --wheels")
    return wheels.downloaded(ROOT, cache if options.wheels else cache / "wheels")


if __name__ == "__main__":
    sys.exit(main())
