"""What nginx would do with `deploy/nginx.conf`, as far as it can be told without nginx."""

import re
from pathlib import Path

from django.conf import settings

SENT = ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "Upgrade", "Connection")


def test_every_location_sends_every_header():
    """A block that sets one header inherits none: then Django is asked for the host `pages`."""
    shape = Path(settings.BASE_DIR, "deploy/nginx.conf").read_text()
    server, *locations = re.split(r"^    location ", shape, flags=re.MULTILINE)
    assert tuple(re.findall(r"proxy_set_header (\S+)", server)) == SENT
    assert len(locations) == 3
    assert not [one for one in locations if "proxy_set_header" in one]
