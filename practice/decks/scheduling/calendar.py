from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Calendar:
    """The days of a learner. A day ends at their own hour: at 4, one in the morning is still
    yesterday."""

    timezone: str
    ends_at: int
    """The hour, 0 to 23, in the time zone."""

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def day(self, moment: datetime) -> date:
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        return (local - timedelta(hours=self.ends_at)).date()

    def start(self, day: date) -> datetime:
        """When that day begins, in UTC."""
        return datetime.combine(day, time(self.ends_at), self._zone).astimezone(UTC)

    def start_after(self, moment: datetime, days: int) -> datetime:
        """The start of the day so many days after the one that `moment` is in."""
        return self.start(self.day(moment) + timedelta(days=days))
