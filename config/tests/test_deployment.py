"""What is shipped to run it elsewhere names only what there is, and everything that is needed."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from config.queues import Queue
from practice.decks.exchange.limits import LARGEST_FILE

SET_BY_PARLANCE = {"DEBUG", "PARLANCE_ENV", "PARLANCE_TESTING", "PYTEST_XDIST_WORKER"}
"""Of the settings, those that nobody who runs it should set."""
OF_PROCESSES = {"POSTGRES_PASSWORD", "PORT", "WEB_WORKERS", "WEB_THREADS"} | {
    "WORKERS",
    "ANALYSIS_WORKERS",
}
"""Read by docker-compose.yml alone."""


def shipped(name):
    return Path(settings.BASE_DIR, name).read_text()


def named():
    return re.findall(r"^#?([A-Z_]+)=", shipped(".env.example"), re.MULTILINE)


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load(shipped("docker-compose.yml"))["services"]


def test_every_setting_is_named_once_and_none_is_dead():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', shipped("config/settings.py")))
    assert len(named()) == len(set(named()))
    assert set(named()) == (read - SET_BY_PARLANCE) | OF_PROCESSES


def test_a_copy_of_the_example_changes_nothing():
    lines = [line for line in shipped(".env.example").splitlines() if line]
    assert all(line.startswith("#") for line in lines)


def test_compose_takes_only_what_the_example_names(services):
    assert set(re.findall(r"\$\{([A-Z_]+)", shipped("docker-compose.yml"))) <= set(named())
    for name in ("web", "streams", "worker", "worker-analysis", "beat", "prepare"):
        assert services[name]["env_file"] == [{"path": ".env", "required": False}]
        assert services[name]["environment"]["PARLANCE_ENV"] == "production"
        assert "files:/app/var/media" in services[name]["volumes"]


def test_every_queue_has_a_worker(services):
    commands = [str(service.get("command", "")) for service in services.values()]
    queues = [names for one in commands for names in re.findall(r"--queues (\S+)", one)]
    assert sorted(",".join(queues).split(",")) == sorted(queue.value for queue in Queue)


def test_what_compose_prepares_with_is_a_command(services):
    (command,) = re.findall(r"manage\.py (\w+)", services["prepare"]["command"])
    assert command in get_commands()


def test_the_proxy_lets_through_the_largest_file():
    (megabytes,) = re.findall(
        r"^    client_max_body_size (\d+)m;", shipped("deploy/nginx.conf"), re.M
    )
    assert int(megabytes) * 1024 * 1024 > max(LARGEST_FILE.values())
