"""A release starts with nothing installed, no network and an empty home."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
import yaml
from tests.e2e.act import ACTION, REPOSITORY, ROOT
from tests.e2e.installed import build_release, packages, release_commit
from tests.e2e.stage import Stage, outputs
from tests.e2e.test_workflows import FINAL_JOB
from tests.support.emulated.github import GitHubEmulator
from tools.releasing import owner, tree, verifying

from fire_routine.emulator import Endpoint

pytestmark = pytest.mark.xdist_group("release")  # built once
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
REFUSED = "http://127.0.0.1:9"  # nothing listens there
NO_NETWORK = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"), REFUSED),
    "NO_PROXY": "127.0.0.1,localhost",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip("a release is made of a commit: this is no clone, or git refuses to read it")
    return build_release(tmp_path_factory.mktemp("release") / "tree")


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def problems(folder: Path) -> list[str]:
    return list(verifying.problems(ROOT, folder, packages()))


def files(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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
    tree.write(tree.made(ROOT, commit, packages()), again)
    assert files(again) == files(built)
    assert problems(built) == []


def test_it_holds_what_a_start_uses_and_no_more(built: Path) -> None:
    """And nothing that can't be read, but for the search library."""
    shown = {path.name for path in built.iterdir()}
    assert shown == {
        *("action.yml", "sweep", "requirements.txt", "release.json", "src"),
        *("README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"),
    }
    binary = {path.name.partition(".")[0] for path, data in files(built).items() if b"\0" in data}
    assert binary == {"ahocorasick"}


def test_its_names_can_be_told_apart_and_unpacked_on_windows_and_macos(built: Path) -> None:
    names = [path.relative_to(built).as_posix() for path in built.rglob("*")]
    assert len({name.casefold() for name in names}) == len(names)
    assert not [name for name in names if re.search(r'[<>:"\\|?*\x00-\x1f]|[. ](/|$)', name)]
    assert max(map(len, names)) < 150  # of Windows' 260, with the runner's folder before it


def test_what_is_changed_added_or_missing_is_found(copy: Path) -> None:
    (copy / "src/fire_routine/__pycache__").mkdir()
    (copy / "src/vendor/httpx/_client.py").write_text("import os\n", "utf-8")
    (copy / "src/vendor/sitecustomize.py").write_text("", "utf-8")
    (copy / "src/fire_routine/__pycache__/cli.cpython-399.pyc").write_bytes(b"")
    next((copy / "src/vendor").glob("certifi-*/licenses/LICENSE")).unlink()
    (copy / "src/fire_routine/version.py").write_text('__version__ = "9.9.9"\n', "utf-8")
    found = problems(copy)
    for line in (
        "src/vendor/httpx/_client.py is not as in its wheel",
        "src/vendor/sitecustomize.py is unexpected",
        "src/fire_routine/__pycache__/cli.cpython-399.pyc is unexpected",
        "src/fire_routine/version.py is not as in git",
    ):
        assert any(problem.startswith(line) for problem in found), line
    assert any("certifi" in problem and problem.endswith("is missing") for problem in found)


def attest(folder: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Run the step of the release's workflow that compares a tree with its tag."""
    about = json.loads((folder / tree.ABOUT).read_text("utf-8"))
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
    (step,) = (s for s in workflow["jobs"]["attest"]["steps"] if s.get("name", "").startswith("Its source"))
    subprocess.run(["git", "clone", "-q", "--no-checkout", ROOT, into / "source"], check=True)
    (into / "tree").mkdir()
    with tarfile.open(into / f"tree/fire-routine-{about['version']}-action.tar.gz", "w:gz") as archive:
        archive.add(folder, ".")
    environ = os.environ | {
        "GITHUB_SHA": about["commit"],
        "GITHUB_REF_NAME": f"release-{about['version']}",
    }
    command = ["bash", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(command, cwd=into, env=environ, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    "planted",
    [
        "action.yml",
        "sweep/action.yml",
        "requirements.txt",
        "README.md",
        "release.json",
        "src/entrypoint.py",
        "src/fire_routine/vendor/new.py",
        "src/fire_routine/__pycache__/cli.cpython-311.pyc",
        "src/vendor/__pycache__/httpx.cpython-311.pyc",
        "sitecustomize.py",
    ],
)
def test_what_is_signed_is_all_that_the_tag_has_and_no_bytecode(
    copy: Path, planted: str, tmp_path: Path
) -> None:
    file = copy / planted
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text("utf-8") if file.exists() else ""
    job = tmp_path / "job"
    job.mkdir()
    file.write_text(f"{before}\n", "utf-8")
    done = attest(copy, job)
    assert done.returncode == 1, done.stdout
    assert {*file.relative_to(copy).parts} & {*re.split(r"[\s/:]+", done.stdout)}, done.stdout


def test_a_release_as_it_was_built_is_signed(built: Path, tmp_path: Path) -> None:
    done = attest(built, tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


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
    assert files(tmp_path / "again") == files(built)


def test_each_package_has_its_licence(built: Path) -> None:
    listed = (built / tree.NOTES).read_text("utf-8")
    for name in packages():
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
    before = sorted(built.rglob("*"))
    ran = subprocess.run(
        [*cut_off(), str(PYTHON), "-I", str(built / "src/entrypoint.py"), "demo"],
        cwd=elsewhere,
        env={**environ, **NO_NETWORK, "HOME": str(home), "USERPROFILE": str(home), "PATH": os.defpath},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )
    assert ran.returncode == 0, ran.stderr
    assert "/code/session_" in ran.stdout
    assert list(home.iterdir()) == list(elsewhere.iterdir()) == []
    assert sorted(built.rglob("*")) == before


def fire_once(action: Path, uses: str, tmp_path: Path) -> None:
    """Run a failing workflow that uses the tree `action`, with an empty HOME, no network and no index."""
    before = sorted(action.rglob("*"))
    with GitHubEmulator(REPOSITORY) as github, Endpoint() as endpoint:
        stage = Stage(tmp_path, tmp_path / "home", action, github, endpoint)
        served = ["--local-repository", f"{uses}={action}"]
        result = stage.run(FINAL_JOB.replace(ACTION, uses), env=NO_NETWORK, arguments=served)
        assert outputs(result)["outcome"] == "fired"
        assert "AssertionError: 21 != 22 : three widgets cost" in stage.text()
    assert sorted(action.rglob("*")) == before


def test_a_workflow_fires_with_nothing_installed_and_no_network(built: Path, tmp_path: Path) -> None:
    fire_once(built, ACTION, tmp_path)
    assert [path.name for path in (tmp_path / "home").rglob("cpython-*")] == []


@pytest.mark.nightly
def test_a_workflow_fires_from_a_stamped_tree_by_its_commit(tmp_path: Path) -> None:
    """The way that the README describes for the time before a release: an own copy, used by its commit."""
    clone = tmp_path / "clone"

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=Octo", "-c", "user.email=octo@example.com", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    with tempfile.TemporaryDirectory() as temporary:
        commit = release_commit(Path(temporary))
    git("clone", "--quiet", "--no-checkout", str(ROOT), str(clone))
    git("-C", str(clone), "fetch", "--quiet", str(ROOT), commit)
    git("-C", str(clone), "checkout", "--quiet", commit)
    assert owner.stamp(clone, "octo-org")
    git("-C", str(clone), "commit", "--quiet", "--all", "--message", "Ours")
    stamped = git("-C", str(clone), "rev-parse", "HEAD")
    folder = tmp_path / "tree"
    tree.write(tree.made(clone, stamped, packages()), folder)
    fire_once(folder, f"octo-org/fire-routine@{stamped}", tmp_path)
