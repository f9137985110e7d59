"""What rules and word lists can say about a text, with no key and no network. Knows no Django."""

TAUGHT = ("es", "fr", "de", "en")
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
