"""GitHub's JSON of a file or a folder of a repository (https://docs.github.com/rest/repos/contents)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from urllib.parse import quote

from tests.emulated.ids import sha_of
from tests.emulated.json_repository import Json, RepositoryShapes

MOST_BYTES = 1024 * 1024  # of a file that is answered with its content


def content(
    site: RepositoryShapes, full_name: str, branch: str, path: str, files: Mapping[str, bytes]
) -> Json | list[Json] | None:
    """The file at a path, the items of the folder there, or None where neither is."""
    if path in files:
        held = files[path]
        small = len(held) <= MOST_BYTES
        lines = base64.encodebytes(held).decode() if small else ""  # GitHub, too, breaks them
        item = _item(site, full_name, branch, path, "file", len(held))
        return {**item, "content": lines, "encoding": "base64" if small else "none"}
    folder = f"{path.rstrip('/')}/" if path else ""
    names = {file.removeprefix(folder).partition("/")[0] for file in files if file.startswith(folder)}
    items = [
        _item(site, full_name, branch, folder + name, "file", len(files[folder + name]))
        if folder + name in files
        else _item(site, full_name, branch, folder + name, "dir", 0)
        for name in sorted(names)
    ]
    return items or None


def _item(site: RepositoryShapes, full_name: str, branch: str, path: str, kind: str, size: int) -> Json:
    url = f"{site.api}/repos/{full_name}/contents/{quote(path)}?ref={quote(branch)}"
    sha = sha_of(path)
    tree = "blob" if kind == "file" else "tree"
    git_url = f"{site.api}/repos/{full_name}/git/{tree}s/{sha}"
    page = f"{site.html}/{full_name}/{tree}/{quote(branch)}/{quote(path)}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": size,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": f"{site.html}/{full_name}/raw/{quote(branch)}/{quote(path)}"
        if kind == "file"
        else None,
        "type": kind,
        "_links": {"self": url, "git": git_url, "html": page},
    }
