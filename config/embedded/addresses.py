from pathlib import Path


def database_url(var_dir: Path) -> str:
    """Where the embedded PostgreSQL of this checkout listens."""
    return "postgres://parlance@127.0.0.1:5432/parlance"


def valkey_url(var_dir: Path) -> str:
    """Where the embedded Valkey of this checkout listens."""
    return "redis://127.0.0.1:6379/0"
