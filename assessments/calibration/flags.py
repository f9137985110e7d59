"""What the nightly run says of an item beside its parameters."""

from typing import Final

MISFIT: Final = "misfit"
SHOWN_TOO_OFTEN: Final = "over_exposed"
TOO_FEW: Final = "too_few"
FOUND_HERE: Final = frozenset({MISFIT, SHOWN_TOO_OFTEN, TOO_FEW})
