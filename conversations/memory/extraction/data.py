from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "data"


def read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
