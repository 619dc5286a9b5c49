"""Each YAML block of the documents can be pasted: as a part of a workflow it passes lint and audit."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import yaml
from tests.check import EXAMPLE_LINT

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / ".github/zizmor.yml"
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"]
PAGES += sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")])
BLOCK = re.compile(r"^ *```ya?ml\n([\s\S]*?)^ *```", re.MULTILINE)
FIRE = {
    "id": "fire",
    "uses": "OWNER/fire-routine@v1",
    "with": {
        "routine-url": "${{ secrets.ROUTINE_FIRE_URL }}",
        "routine-token": "${{ secrets.ROUTINE_FIRE_TOKEN }}",
    },
}


def blocks() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        texts = BLOCK.findall(page.read_text("utf-8"))
        found += [
            (f"{page.parent.name}-{page.stem}-{number}", textwrap.dedent(text))
            for number, text in enumerate(texts)
        ]
    return found


def workflow(block: Any) -> dict[str, Any] | None:
    """The block, completed to a workflow around it; None for another system's, which has no schema here."""
    test = {"runs-on": "ubuntu-latest", "steps": [{"run": "make"}]}
    job: dict[str, Any] = {"needs": ["test", "lint"], "runs-on": "ubuntu-latest", "steps": [FIRE]}
    jobs: dict[str, Any] = {"test": test, "lint": test, "on-failure": job}
    match block:
        case {True: on, "jobs": _}:  # YAML 1.1 reads `on` as true
            return {"on": on, **{key: value for key, value in block.items() if key is not True}}
        case {"text": text}:
            job["steps"] = [FIRE | {"with": {**FIRE["with"], "text": text}}]  # type: ignore[dict-item]
        case {"if": _} | {"permissions": _}:
            job |= block
        case [{"if": _}, *_]:
            job["steps"] = [FIRE, *block]
        case dict() if all("runs-on" in each for each in block.values()):
            jobs |= block
        case _:
            return None
    return {"on": "push", "permissions": {}, "jobs": jobs}


def test_every_block_of_a_workflow_passes_lint_and_audit(tmp_path: Path) -> None:
    paths = []
    for name, text in blocks():
        if (whole := workflow(yaml.safe_load(text))) is not None:
            path = tmp_path / f"{name}.yml"
            # A whole workflow as it is written: its comments answer the audit.
            written = text if re.search(r"^on:", text, re.MULTILINE) else yaml.safe_dump(whole)
            path.write_text(written, "utf-8")
            paths.append(str(path))
    assert len(paths) >= 7
    for command in (
        [sys.executable, "-m", "jactionlint", "--no-color", *EXAMPLE_LINT, *paths],
        ["zizmor", "--offline", "--no-progress", "--quiet", "--config", str(CONFIG), *paths],
    ):
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_mistake_in_a_block_is_found(tmp_path: Path) -> None:
    wrong = workflow({"if": "${{ needs.tset.result == 'failure' }}"})
    path = tmp_path / "wrong.yml"
    path.write_text(yaml.safe_dump(wrong), "utf-8")
    command = [sys.executable, "-m", "jactionlint", "--no-color", *EXAMPLE_LINT, str(path)]
    assert subprocess.run(command, check=False, capture_output=True).returncode
