"""A release starts with nothing installed, no network and an empty home."""

from __future__ import annotations

import io
import json
import marshal
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.act import ACTION, REPOSITORY, ROOT, make_project, run_act
from tests.e2e.installed import build_release
from tests.e2e.mirror import RunMirror
from tests.emulated.github import GitHubEmulator
from tools import release
from tools.releasing import ReleaseError, tree, verifying, wheels

from bootstrap import bytecode
from fire_routine.emulator import Endpoint

pytestmark = pytest.mark.xdist_group("release")  # built once
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
REFUSED = "http://127.0.0.1:9"  # nothing listens there
NO_NETWORK = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"), REFUSED),
    "NO_PROXY": "127.0.0.1,localhost",
}
RUN_ID = 4711
WORKFLOW = f"""\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "main.c:3:5: error: 'x' undeclared (first use in this function)"
          exit 2
  on-failure:
    needs: [test]
    if: failure()
    runs-on: ubuntu-latest
    steps:
      - id: fire
        uses: {ACTION}
        with:
          routine-url: ${{{{ secrets.ROUTINE_FIRE_URL }}}}
          routine-token: ${{{{ secrets.ROUTINE_FIRE_TOKEN }}}}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip("a release is made of a commit: this is no clone, or git refuses to read it")
    return build_release(tmp_path_factory.mktemp("release") / "tree")


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def problems(folder: Path) -> list[str]:
    packages = wheels.installed(ROOT)
    return list(verifying.problems(ROOT, folder, packages, {str(sys.implementation.cache_tag): PYTHON}))


def modules_in(file: Path) -> set[str]:
    """The modules in a file of compiled code: one that a start kept begins with an HMAC."""
    data = file.read_bytes()
    return set(marshal.loads(data[32:] if file.name.startswith(bytecode.PREFIX) else data)[2])


def cut_off() -> list[str]:
    """The beginning of a command that runs without any network, where this machine lets one do that."""
    alone = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    try:
        allowed = subprocess.run([*alone, "true"], check=False, capture_output=True).returncode == 0
    except OSError:
        allowed = False
    return alone if allowed else []


def test_it_is_what_the_lock_and_git_make_and_made_again_it_is_the_same(built: Path, tmp_path: Path) -> None:
    commit = json.loads((built / tree.ABOUT).read_text("utf-8"))["commit"]
    again = tmp_path / "again"
    tree.write(tree.made(ROOT, commit, wheels.installed(ROOT)), again, [PYTHON])
    files = {path.relative_to(built): path.read_bytes() for path in built.rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()
    }
    assert problems(built) == []


def test_what_is_changed_added_or_missing_is_found(copy: Path) -> None:
    tag = sys.implementation.cache_tag
    code = copy / "src" / "bytecode" / f"{tag}.bin"
    code.write_bytes(code.read_bytes()[:-1] + b"x")
    (copy / "src/vendor/httpx/_client.py").write_text("import os\n", "utf-8")
    (copy / "src/vendor/sitecustomize.py").write_text("", "utf-8")
    (copy / "src/bytecode/cpython-399.bin").write_bytes(b"")
    (copy / "src/vendor/certifi-2026.10.19.post1.dist-info/licenses/LICENSE").unlink(missing_ok=True)
    (copy / "src/fire_routine/version.py").write_text('__version__ = "9.9.9"\n', "utf-8")
    (copy / ".ci/run").chmod(0o644)
    found = problems(copy)
    for line in (
        f"src/bytecode/{tag}.bin is not what Python",
        "src/vendor/httpx/_client.py is not as in its wheel",
        "src/vendor/sitecustomize.py is unexpected",
        "src/bytecode/cpython-399.bin is unexpected",
        "src/fire_routine/version.py is not as in git",
    ):
        assert any(problem.startswith(line) for problem in found), line
    assert any("certifi" in problem and problem.endswith("is missing") for problem in found)
    assert os.name == "nt" or ".ci/run is not executable" in found


def test_what_is_no_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main(["verify", str(tmp_path), "--from-environment"]) == 1
    assert capsys.readouterr().err == f"release: {tmp_path} is no release: it has no release.json\n"


def test_a_folder_that_holds_something_is_not_built_into(built: Path) -> None:
    parts = tree.made(ROOT, "HEAD", wheels.installed(ROOT))
    with pytest.raises(ReleaseError, match="is not empty: name a new folder"):
        tree.write(parts, built, [])


def test_committed_and_read_back_by_git_it_is_the_same(built: Path, tmp_path: Path) -> None:
    """As the workflow that releases does it: no line end is changed, nothing is ignored."""
    identity = ["-c", "user.name=Octo", "-c", "user.email=octo@example.com", "-c", "commit.gpgsign=false"]

    def git(*arguments: str) -> bytes:
        command = ["git", *identity, f"--git-dir={tmp_path / 'git'}", *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout

    git("init", "-q")
    git(f"--work-tree={built}", "add", "--all", "--force")
    commit = git("commit-tree", git("write-tree").decode().strip(), "-m", "Release").decode().strip()
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as archive:
        archive.extractall(tmp_path / "again", filter="data")
    assert problems(tmp_path / "again") == []


def test_each_package_has_its_licence(built: Path) -> None:
    listed = (built / tree.NOTES).read_text("utf-8")
    for name in wheels.installed(ROOT):
        (row,) = (line for line in listed.splitlines() if line.startswith(f"| {name} |"))
        path = row.partition("](")[2].partition(")")[0]
        assert (built / tree.VENDOR / path).stat().st_size > 500
    assert "| pygithub | 2." in listed and "LGPL" in listed
    assert "MPL-2.0" in listed


def test_the_demo_runs_with_nothing_installed_and_no_network(built: Path, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    environ = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR") if name in os.environ}
    command = [*cut_off(), str(PYTHON), "-I", str(built / "src/entrypoint.py"), "demo"]
    ran = subprocess.run(
        command,
        cwd=elsewhere,
        env={**environ, **NO_NETWORK, "HOME": str(home), "USERPROFILE": str(home), "PATH": os.defpath},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr
    assert "/code/session_" in ran.stdout
    assert [path.name for path in home.rglob("cpython-*")] == []  # no packages were installed
    assert list(elsewhere.iterdir()) == []


@pytest.fixture
def github() -> Iterator[GitHubEmulator]:
    with GitHubEmulator(REPOSITORY) as github:
        yield github


def test_a_workflow_fires_with_nothing_installed_and_no_network(
    built: Path, tmp_path: Path, github: GitHubEmulator
) -> None:
    home = tmp_path / "home"
    sha = make_project(tmp_path / "project", {".github/workflows/ci.yml": WORKFLOW})
    github.set_branch("main", sha)
    github.add_run({"id": RUN_ID, "head_sha": sha, "event": "push"})
    before = sorted(built.rglob("*"))
    with Endpoint() as endpoint:
        result = run_act(
            tmp_path / "project",
            home,
            env={
                **NO_NETWORK,
                "GITHUB_API_URL": github.url,
                "GITHUB_RUN_ID": str(RUN_ID),
                "GITHUB_RUN_ATTEMPT": "1",
            },
            secrets={
                "ROUTINE_FIRE_URL": endpoint.url,
                "ROUTINE_FIRE_TOKEN": endpoint.token,
                "GITHUB_TOKEN": github.token,
            },
            watch=RunMirror(github, RUN_ID).watch,
            action=built,
        )
        assert len(endpoint.sessions) == 1, result.log
        assert "main.c:3:5: error: 'x' undeclared" in endpoint.sessions[0].text
    assert result.outputs("on-failure")["outcome"] == "fired"
    assert [path.name for path in home.rglob("cpython-*")] == []
    shipped = modules_in(built / f"src/bytecode/{sys.implementation.cache_tag}.bin")
    for kept in home.rglob(f"{bytecode.PREFIX}*"):
        assert len(modules_in(kept) - shipped) <= 3  # of hundreds; a fault may need one more
    assert sorted(built.rglob("*")) == before


def test_its_code_is_used_unless_its_source_has_another_size(copy: Path, tmp_path: Path) -> None:
    """A fork's change to a file takes effect."""
    probe = (
        "import json, sys; sys.path.insert(0, sys.argv[1] + '/src'); from pathlib import Path\n"
        "from bootstrap import bytecode, dependencies\n"
        "dependencies.prepare(Path(sys.argv[1]))\n"
        "from fire_routine import version\n"
        "import httpx, fire_routine.settings\n"
        "store = bytecode.Loader.store\n"
        "print(json.dumps([version.__version__, len(store.codes)]))"
    )

    def compiled() -> list[object]:
        ran = subprocess.run(
            [str(PYTHON), "-I", "-S", "-B", "-c", probe, str(copy)],
            env={},
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        answer: list[object] = json.loads(ran.stdout)
        return answer

    version = compiled()[0]
    assert compiled() == [version, 0]
    (copy / "src/fire_routine/version.py").write_text('__version__ = "9.9.9-fork"\n', "utf-8")
    assert compiled() == ["9.9.9-fork", 1]
