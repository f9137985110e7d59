class DataLines:
    """Cuts the bytes of an event stream into the payloads of its `data:` lines.

    Comments, other fields and blank lines are dropped. A bare JSON line is a payload too: some
    servers report an error that way with status 200.
    """

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        return [payload for line in lines if (payload := _payload(line))]

    def end(self) -> list[bytes]:
        """The last line, when the server did not end it."""
        line, self._rest = self._rest, b""
        payload = _payload(line)
        return [payload] if payload else []


def _payload(line: bytes) -> bytes:
    if line.startswith(b"data:"):
        return line[5:].strip()
    return line.strip() if line.startswith(b"{") else b""
