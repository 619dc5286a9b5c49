"""What names a failure, the same in another run of it."""
