"""What runs before fire_routine: finds or installs its dependencies. The standard library alone."""


class InstallError(Exception):
    """The dependencies could not be installed; one line, with the remedy."""
