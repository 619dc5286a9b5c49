"""One pass over the log: the findings and marks that are kept, within bounds."""
