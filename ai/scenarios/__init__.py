"""The situations of the built-in tutor: one YAML file each, in `ai/scenarios/<language>/`."""

from functools import lru_cache
from pathlib import Path

from ai.scenarios.schema import Scenario, ScenarioError, Step, parse

__all__ = ["Scenario", "ScenarioError", "Step", "catalogue", "find", "load_all"]

FOLDER = Path(__file__).parent
LEVELS = ("A1", "A2", "B1", "B2", "C1")


def catalogue(language: str, level: str) -> list[Scenario]:
    """The scenarios of a language at a level, by slug; C2 is offered those of C1."""
    wanted = "C1" if level == "C2" else level
    return [scenario for scenario in load_all(language) if scenario.level == wanted]


def find(language: str, slug: str) -> Scenario | None:
    return next((each for each in load_all(language) if each.slug == slug), None)


@lru_cache(maxsize=8)
def load_all(language: str) -> tuple[Scenario, ...]:
    """Every scenario of a language. Raises ScenarioError, naming file and field."""
    files = sorted((FOLDER / language).glob("*.yaml"))
    return tuple(parse(path.read_text(encoding="utf-8"), path=path) for path in files)
