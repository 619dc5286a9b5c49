"""An organisation: which default branches are red now, and a session for what has none."""
