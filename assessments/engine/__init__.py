"""The adaptive engine: ability on a grid, the next item, when to stop. Numpy only, no Django."""

from assessments.engine.belief import Answers, Belief, Given
from assessments.engine.scale import CENTRES, CUTS, GRID, LEVELS, Prior, level_centre
from assessments.engine.selection import MOST_SHOWN, Pool, choose, skill_due, sparing
from assessments.engine.stopping import Rules, Stop, certainty, stop_reason

__all__ = [
    "CENTRES",
    "CUTS",
    "GRID",
    "LEVELS",
    "MOST_SHOWN",
    "Answers",
    "Belief",
    "Given",
    "Pool",
    "Prior",
    "Rules",
    "Stop",
    "certainty",
    "choose",
    "level_centre",
    "skill_due",
    "sparing",
    "stop_reason",
]
