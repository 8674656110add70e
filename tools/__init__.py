"""The project's own scripts. Each runs as `python -m tools.NAME`."""
