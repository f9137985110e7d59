"""Exercises from what is authored, from a learner's own slips, from a text, or by a model."""
