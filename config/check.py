"""`make check`: what is wrong that no test would notice."""

import os
import subprocess
import sys

PRODUCTION = {
    "PARLANCE_ENV": "production",
    "SECRET_KEY": "made-up-for-this-check-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "parlance.example",
    "SITE_URL": "https://parlance.example",
}
CHECKS: tuple[tuple[list[str], dict[str, str]], ...] = (
    (["makemigrations", "--check", "--dry-run"], {}),
    (["check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    (["spectacular", "--validate", "--fail-on-warn", "--file", os.devnull], {}),
)


def main() -> int:
    failed = 0
    for arguments, environment in CHECKS:
        print(f"manage.py {' '.join(arguments)}", flush=True)
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], env=os.environ | environment, check=False
        )
        failed += done.returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
