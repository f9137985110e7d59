import pytest

from tests.site import drop_template


def pytest_collection_modifyitems(items):
    """Browser tests come first, as the longest, and each module of them to one process: what a
    module shares is made once."""
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))
    items.sort(key=lambda item: "browser" not in item.keywords)


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        drop_template()
