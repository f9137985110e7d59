from ai.moderation.personal import personal_findings
from ai.moderation.verdict import Verdict


def check(text: str, *, language: str) -> Verdict:
    """What is wrong with a text, by rules and lists: about a hundredth of a second for a page.

    `language` is the one that is learned; learners write in their own too, so the lists of every
    language are looked at, and words that are harmless in another only where theirs is written.
    """
    return Verdict.of(personal_findings(text))
