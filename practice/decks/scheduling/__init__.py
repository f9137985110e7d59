"""When a card comes next. No Django, no clock, no chance: replaying a log gives the same dates."""
