"""`python -m config.health.probe PORT`: exit 0 when the process on this port takes requests."""

import sys
import urllib.error
import urllib.request

from config.settings import ALLOWED_HOSTS


def main(port: str) -> int:
    host = next((name for name in ALLOWED_HOSTS if "*" not in name), "localhost").lstrip(".")
    address = f"http://127.0.0.1:{port}/api/monitoring/live"
    request = urllib.request.Request(address, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310 - as above
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, TimeoutError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
