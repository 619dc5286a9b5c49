"""The emulated GitHub as tests and benches need it: it changes while it is asked, and fails on demand."""
