"""What a learner knows, derived from what they did."""
