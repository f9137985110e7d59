"""Decks as files: Anki packages, tables and our own JSON, in and out."""
