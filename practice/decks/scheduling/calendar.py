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

    @cached_property
    def _late(self) -> timedelta:
        return timedelta(hours=self.ends_at)

    def day(self, moment: datetime) -> date:
        # Within one zone Python counts by the clock on the wall.
        return (moment.astimezone(self._zone) - self._late).date()

    def start(self, day: date) -> datetime:
        """When that day begins, in UTC."""
        return datetime.combine(day, time(self.ends_at), self._zone).astimezone(UTC)

    def start_after(self, moment: datetime, days: int) -> datetime:
        """The start of the day so many days after the one that `moment` is in."""
        return self.start(self.day(moment) + timedelta(days=days))
