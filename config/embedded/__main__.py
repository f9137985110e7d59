"""`python -m config.embedded [--var DIR] COMMAND...`: run a command with the services up."""

import argparse
import subprocess
import sys
from pathlib import Path

from config.embedded.errors import ServiceError
from config.embedded.services import running


def main() -> int:
    parser = argparse.ArgumentParser(prog="config.embedded", description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var"), help="where their data lives")
    parser.add_argument(
        "--throwaway", action="store_true", help="faster, and lost if the machine stops"
    )
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    try:
        with running(arguments.var.resolve(), durable=not arguments.throwaway) as environment:
            return subprocess.run(arguments.command, env=environment, check=False).returncode
    except ServiceError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
