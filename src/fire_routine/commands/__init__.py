"""The commands that people type: send · preview · distill · demo · emulate.

Each module imports what its command needs, so that none pays for another's libraries.
"""
