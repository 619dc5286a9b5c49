"""A session for each workflow that is red on a default branch now and has none: an organisation's reconciler.

It keeps nothing itself. What was fired, each repository's ledger knows (`ledger/`), and whatever wakes it
again finds what is still due. `github/account.py` reads the runs. `plan.py`: what is red, and in which order.
`run.py`: one sweep, which tells the action's story (`story.py`) for each run that it chooses.
"""
