"""Is a text fit to be sent and shown? Rules and lists first, then a provider's endpoint.

Nothing here knows Django, but for `by_provider`. A language course speaks of illness, war, police,
bodies and wine, so a rule says who does what to whom; a word alone is found only where it is hardly
ever harmless.
"""

from ai.moderation.checks import check
from ai.moderation.verdict import Action, Category, Finding, Severity, Verdict

__all__ = ["Action", "Category", "Finding", "Severity", "Verdict", "check"]
