"""Anki's packages: an archive of one SQLite collection and the media its notes name."""
