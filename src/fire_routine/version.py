"""The version of the package: the one place that states it."""

__version__ = "1.0.0"
DOCUMENTS = "https://github.com/OWNER/fire-routine/blob/HEAD/docs"  # a release holds none itself
