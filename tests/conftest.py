from tests.site import drop_template


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        drop_template()
