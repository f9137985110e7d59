"""What can be learned: words, grammar points, topics, and the points of other subjects."""
