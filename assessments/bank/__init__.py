"""The authored items of each language: their files, what makes them sound, their first parameters."""
