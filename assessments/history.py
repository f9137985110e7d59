from accounts.models import LearnerLanguage, User
from assessments.models import Assessment
from learning.progress.selectors import LevelPoint


def level_history(learner: User, language: str) -> list[LevelPoint]:
    """The levels that assessments found, and the one on record where somebody stated it."""
    finished = Assessment.objects.completed().filter(learner=learner, language=language)
    points = [
        LevelPoint(row.completed_at, row.level, row.level_low, row.level_high, row.assessment_type)
        for row in finished.order_by("completed_at")
        if row.completed_at
    ]
    record = LearnerLanguage.objects.filter(user=learner, language=language).first()
    if record and record.level and record.level_set_at and _stated(record):
        points.append(LevelPoint(record.level_set_at, record.level, "", "", record.level_source))
    return sorted(points, key=lambda point: point.at)


def _stated(record: LearnerLanguage) -> bool:
    return record.level_source != LearnerLanguage.Source.PLACEMENT
