from functools import cache
from pathlib import Path
from typing import cast

import yaml

from ai.types import Usage

Price = dict[str, float]


@cache
def _table() -> dict[str, dict[str, Price]]:
    text = (Path(__file__).parent / "prices.yaml").read_text(encoding="utf-8")
    return cast(dict[str, dict[str, Price]], yaml.safe_load(text))


def price_of(provider: str, model: str) -> Price | None:
    """US dollars for a million tokens in and out; None when the table does not know the model."""
    models = _table().get(provider, {})
    return models.get(model) or models.get("*")


def cost_micros(provider: str, model: str, usage: Usage) -> int:
    """Millionths of a US dollar, which is what dollars a million tokens give per token."""
    price = price_of(provider, model)
    if price is None:
        return 0
    return round(usage.tokens_in * price["input"] + usage.tokens_out * price["output"])
