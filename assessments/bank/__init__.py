"""The authored items of each language: files, checks, first parameters."""
