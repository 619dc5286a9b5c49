"""Files of the runner that `attach` names."""
