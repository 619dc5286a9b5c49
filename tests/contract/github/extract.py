"""Makes `openapi.json` again: the part of GitHub's OpenAPI description about the endpoints we use.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/contract/github/extract.py package

The description (https://github.com/octokit/openapi, MIT, made from https://github.com/github/rest-api-description)
holds far more than we need: examples, prose and every other endpoint are left out. Which endpoints are kept,
`openapi.json` says itself: to add one, write its path and its method there first, with `{}`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PROSE = ("description", "summary", "example", "examples", "externalDocs", "title", "tags")
HINTS = ("discriminator",)  # GitHub's expects a `type` of a folder's list, too; the choice itself remains


def bare(node: Any, *, names: bool = False) -> Any:
    """Without prose. `names`: the keys are names of things, not keywords.

    Where a choice may be null, GitHub leaves null out of it, which OpenAPI 3.0.3 takes for "never":
    https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md
    """
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: bare(value, names=key == "properties" and not names)
        for key, value in node.items()
        if names or (key not in (*PROSE, *HINTS) and not key.startswith("x-"))
    }
    if not names and kept.get("nullable") is True:
        if None not in kept.get("enum", [None]):
            kept["enum"] = [*kept["enum"], None]
        for choice in ("oneOf", "anyOf"):
            if choice in kept:
                kept[choice] = [*kept[choice], {"nullable": True, "enum": [None]}]
    return kept


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def extract(described: dict[str, Any], used: dict[str, Any]) -> dict[str, Any]:
    """The part of the description that has the paths and methods of `used`."""
    paths = {
        path: {method: bare(described["paths"][path][method]) for method in methods}
        for path, methods in used.items()
    }
    for operations in paths.values():
        for operation in operations.values():
            for response in operation["responses"].values():
                response.setdefault("description", "")
    components: dict[str, dict[str, Any]] = {}
    wanted = references(paths)
    while wanted:
        _, _, kind, name = wanted.pop().split("/")
        if name in components.setdefault(kind, {}):
            continue
        part = bare(described["components"][kind][name])
        if kind == "responses":
            part.setdefault("description", "")
        if name == "created":
            # By its own prose a range: https://docs.github.com/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates
            del part["schema"]["format"]
        components[kind][name] = part
        wanted |= references(part)
    return {
        "openapi": described["openapi"],
        "info": {
            "title": "GitHub's REST API, in part",
            "version": "0",
            "license": described["info"]["license"],
        },
        "servers": [{"url": "https://api.github.com"}],
        "paths": paths,
        "components": {kind: dict(sorted(parts.items())) for kind, parts in sorted(components.items())},
    }


def main() -> None:
    package = Path(sys.argv[1])
    described = json.loads((package / "generated" / "api.github.com.json").read_text("utf-8"))
    target = Path(__file__).with_name("openapi.json")
    extracted = extract(described, json.loads(target.read_text("utf-8"))["paths"])
    extracted["info"]["version"] = json.loads((package / "package.json").read_text("utf-8"))["version"]
    target.write_text(json.dumps(extracted, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
