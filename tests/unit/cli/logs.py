"""A log for the commands that read one."""

LOG = """\
2026-11-24T10:00:00.0000000Z ##[group]Run pytest
2026-11-24T10:00:00.1000000Z shell: bash -e {0}
2026-11-24T10:00:00.2000000Z ##[endgroup]
2026-11-24T10:00:01.0000000Z >       assert price(3) == 21
2026-11-24T10:00:01.0000000Z E       assert 20 == 21
2026-11-24T10:00:01.1000000Z FAILED test_price.py::test_three - assert 20 == 21
2026-11-24T10:00:01.2000000Z ##[error]Process completed with exit code 1.
"""
