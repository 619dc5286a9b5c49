"""What the sessions of a repository came to, from GitHub alone: `fire-routine sessions`.

The ledger's entries on commits name the sessions. Branches, pull requests and later runs show what became of
them. Nothing is stored, and nothing is written.
"""
