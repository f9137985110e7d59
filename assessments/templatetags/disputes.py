from uuid import UUID

from django import template

from accounts.callers import caller_of
from assessments import second_looks as looks
from assessments.models import Assessment

register = template.Library()


@register.simple_tag(takes_context=True)
def second_looks(context: template.Context, assessment: Assessment) -> dict[UUID, looks.SecondLook]:
    """How the grades of an assessment stand, by question."""
    return looks.second_looks(assessment, viewer=caller_of(context["request"]))


@register.filter
def at(found: dict[UUID, looks.SecondLook], question_id: UUID) -> looks.SecondLook | None:
    return found.get(question_id)
