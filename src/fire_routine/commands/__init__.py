"""The commands that people type; `demo.py` is one more.

Each module imports what its command needs, so that none pays for another's libraries.
"""
