"""Makes `schema.graphql` again: the part of GitHub's GraphQL schema that we use.

    npm pack @octokit/graphql-schema && tar xzf octokit-graphql-schema-*.tgz
    python tests/contract/github/extract_graphql.py package

The schema (https://github.com/octokit/graphql-schema, MIT) is 1.2 MB. Which fields are kept, `schema.graphql`
says itself: to add one, write it there first, with any type.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    NamedTypeNode,
    TypeDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    print_ast,
    visit,
)

TARGET = Path(__file__).with_name("schema.graphql")


class _Bare(Visitor):
    """Leaves prose and directives out."""

    def leave(self, node: Any, *_: Any) -> Any:
        bare = {"description": None, "directives": ()}
        known = {name: value for name, value in bare.items() if getattr(node, name, None)}
        return replace(node, **known) if known else None


def _named(node: Any) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node.name.value


def kept(
    described: dict[str, TypeDefinitionNode], used: dict[str, TypeDefinitionNode]
) -> list[DefinitionNode]:
    """The described types and fields that are used, and the types of their arguments."""
    wanted, found = list(used), dict[str, DefinitionNode]()
    while wanted:
        name = wanted.pop()
        if name in found or name not in described:
            continue
        node: Any = described[name]
        fields = getattr(node, "fields", None) or ()
        if fields and not isinstance(node, InputObjectTypeDefinitionNode | EnumTypeDefinitionNode):
            own = {field.name.value for field in getattr(used.get(name), "fields", None) or ()}
            fields = tuple(field for field in fields if field.name.value in own)
            interfaces = tuple(one for one in node.interfaces or () if one.name.value in used)
            node = replace(node, fields=fields, interfaces=interfaces)
        found[name] = node
        for field in fields:
            wanted += [_named(field), *map(_named, getattr(field, "arguments", None) or ())]
    return [found[name] for name in sorted(found)]


def main() -> None:
    package = Path(sys.argv[1])
    described, used = (
        {
            node.name.value: node
            for node in parse(path.read_text("utf-8")).definitions
            if isinstance(node, TypeDefinitionNode)
        }
        for path in (package / "schema.graphql", TARGET)
    )
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    types = [print_ast(visit(node, _Bare())) for node in kept(described, used)]
    head = (
        f"# GitHub's GraphQL schema, in part: @octokit/graphql-schema {version}. extract_graphql.py makes it."
    )
    text = "\n\n".join([head, *types]) + "\n"
    build_ast_schema(parse(text))
    TARGET.write_text(text, "utf-8")
    print(f"{TARGET}: {len(types)} types")


if __name__ == "__main__":
    main()
