import pytest

from tests.declared import answers_as_declared


@pytest.fixture(scope="session", autouse=True)
def _answers_of_the_api_are_as_declared():
    with answers_as_declared():
        yield
