"""What a tutoring session was about, how it went, and what to do next."""
