"""What a file of cards may be at most."""

from typing import Final

MB: Final = 1024 * 1024
LARGEST_FILE: Final = {"apkg": 250 * MB, "csv": 25 * MB, "json": 100 * MB}
LARGEST_COLLECTION: Final = 512 * MB
LARGEST_ARCHIVE: Final = 2048 * MB
"""All that the archive says it unpacks to."""
LARGEST_LIST: Final = 16 * MB
"""The list of media."""
MOST_MEMBERS: Final = 100_000
MOST_NOTES: Final = 100_000
MOST_CARDS: Final = 500_000
MOST_REVIEWS: Final = 1_500_000
MOST_REVIEWS_A_CARD: Final = 5000
MOST_REVIEWS_A_NOTE: Final = 20_000
MOST_DECKS: Final = 500
LARGEST_NOTE: Final = MB
"""Characters of all the fields of one note."""
LARGEST_FURTHER: Final = 20_000
"""Characters of the fields kept beside a note."""
AT_ONCE: Final = 500
"""Notes brought in while the learner waits; more go to a worker."""
SMALL_FILE: Final = 10 * MB
"""A larger file is not even counted while the learner waits."""
BATCH: Final = 500
"""Notes of one transaction."""
HEAVIEST_BATCH: Final = 10 * MB
"""Characters in one transaction, whatever its notes, each review counted as A_REVIEW of them: this
is what bounds a worker's memory."""
A_REVIEW: Final = 500
READ_AT_ONCE: Final = 100
"""Notes of a collection; and their reviews, so many together as a batch may have."""
READING_SECONDS: Final = 480
"""For all that is read of a collection; a worker's task ends a minute later."""
