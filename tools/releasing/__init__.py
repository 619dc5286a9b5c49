"""What makes a release of a commit: see .github/RELEASING.md and `tools/release.py`."""


class ReleaseError(Exception):
    """What keeps a release from being made; one line, with the remedy."""
