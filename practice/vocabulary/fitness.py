"""Moderation of what others will see of a word list."""

from typing import Final

from ai.flags import judge_text, keep_late_flags
from ai.moderation import Verdict
from practice.vocabulary.models import VocabularyItem, VocabularyList

SURFACE: Final = "word list"
LISTS: Final = "practice.vocabularylist"
MOST_ITEMS: Final = 5_000


def judge_list(vocabulary_list: VocabularyList) -> tuple[str, Verdict]:
    """Its text and what is found in it, as it would be saved; nothing for a list of nobody's.

    Raises ContentBlocked, whose flag must outlive the refusal: so never within a transaction.
    """
    text, owner = _text_of(vocabulary_list), vocabulary_list.owner_id
    if owner is None:
        return text, Verdict()
    language = vocabulary_list.language
    return text, judge_text(user_id=owner, text=text, language=language, surface=SURFACE)


def flag_list(vocabulary_list: VocabularyList, *, text: str, verdict: Verdict) -> None:
    if vocabulary_list.owner_id is not None:
        keep_late_flags(
            verdict,
            user_id=vocabulary_list.owner_id,
            text=text,
            surface=SURFACE,
            source_type=LISTS,
            source_id=vocabulary_list.pk,
        )


def _text_of(vocabulary_list: VocabularyList) -> str:
    items = VocabularyItem.objects.filter(vocabulary_list=vocabulary_list.pk).order_by("position")
    rows = items.values_list("text", "translation", "example")[:MOST_ITEMS]
    parts = [vocabulary_list.name, vocabulary_list.description]
    return "\n".join(part for part in (*parts, *(part for row in rows for part in row)) if part)
