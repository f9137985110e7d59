import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment


def test_a_value_that_cannot_be_read_is_told_by_its_name(monkeypatch):
    monkeypatch.setenv("DATABASE_POOL_SIZE", "many")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOL_SIZE: .*'many'"):
        Environment().int("DATABASE_POOL_SIZE", default=10)


def test_a_value_that_is_not_there(monkeypatch):
    monkeypatch.delenv("DATABASE_POOL_SIZE", raising=False)
    assert Environment().int("DATABASE_POOL_SIZE", default=10) == 10
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOL_SIZE"):
        Environment().int("DATABASE_POOL_SIZE")
