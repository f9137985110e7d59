"""`python -m config.stream_server`: serve streams with the server that STREAM_SERVER names."""

import argparse
import os
import sys

APPLICATION = "config.asgi:application"


def command(server: str, *, host: str, port: int) -> list[str]:
    """The program and arguments that serve. Raises ValueError for a server we do not know."""
    if server == "uvicorn":
        return [
            *("-m", "uvicorn", APPLICATION, "--host", host, "--port", str(port)),
            *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "20"),
        ]
    if server == "daphne":
        return ["-m", "daphne", "-b", host, "-p", str(port), "--no-server-name", APPLICATION]
    raise ValueError(f"STREAM_SERVER is {server}; it can be uvicorn or daphne.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="config.stream_server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    arguments = parser.parse_args()
    server = os.environ.get("STREAM_SERVER", "uvicorn")
    program = command(server, host=arguments.host, port=arguments.port)
    os.execv(sys.executable, [sys.executable, *program])  # noqa: S606 - fixed arguments


if __name__ == "__main__":
    main()
