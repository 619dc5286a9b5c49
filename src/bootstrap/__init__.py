"""What runs before fire_routine: finds or installs its dependencies. The standard library alone."""


class InstallError(Exception):
    """The dependencies could not be installed; one line, with the remedy."""


class Cancelled(BaseException):
    """A signal, its only argument, asked the process to end while the dependencies were being installed."""
