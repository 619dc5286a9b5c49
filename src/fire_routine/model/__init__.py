"""The values that pass between the stages: gather → distill → compose → policy → ledger → fire → report.

Frozen values, no logic beyond their own. Times are timezone-aware UTC; sizes named
"characters" are UTF-16 code units (see `utf16_length`); line numbers start at 1.
"""
