from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.health.parts import NEEDED, PARTS, ask
from config.health.serializers import HealthSerializer, LiveSerializer, ReadySerializer

_PARTS = {
    "database": {"ok": True, "latencyMs": 0.9},
    "valkey": {
        "ok": True,
        "queued": {"chat": 0, "speech": 0, "analysis": 2, "default": 0},
        "latencyMs": 0.6,
    },
    "worker": {"ok": True, "workers": 1, "latencyMs": 1001.3},
    "models": {
        "ok": True,
        "providers": [
            {"name": "openai", "configured": True, "circuit": "closed", "failures": 0},
            {"name": "builtin", "configured": True, "circuit": "closed", "failures": 0},
        ],
        "embedder": {"name": "builtin", "degraded": False},
        "latencyMs": 0.1,
    },
}
_NO_WORKER = {**_PARTS, "worker": {"ok": False, "latencyMs": 1003.8}}
_NO_DATABASE = {**_PARTS, "database": {"ok": False, "latencyMs": 1000.4}}


def _example(name: str, value: object, status: int = 200) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=[str(status)])


class OpenView(APIView):
    """For balancers and monitors: no sign-in, and so no look-up of a user either."""

    authentication_classes = ()
    permission_classes = ()


class LiveView(OpenView):
    @extend_schema(
        tags=["operations"],
        summary="Is this process running",
        responses=LiveSerializer,
        examples=[_example("Running", {"status": "ok"})],
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class ReadyView(OpenView):
    @extend_schema(
        tags=["operations"],
        summary="May this process be sent requests",
        responses={200: ReadySerializer, 503: ReadySerializer},
        examples=[
            _example("Ready", {"status": "ok"}),
            _example("No database", {"status": "down"}, 503),
        ],
    )
    def get(self, request: Request) -> Response:
        ready = all(ask(name)["ok"] for name in NEEDED)
        return Response(
            {"status": "ok" if ready else "down"},
            status=200 if ready else 503,
        )


class HealthView(OpenView):
    @extend_schema(
        tags=["operations"],
        summary="Each part and how long it took to answer",
        description="503 only when a part is down that nothing works without: the database.",
        responses={200: HealthSerializer, 503: HealthSerializer},
        examples=[
            _example("All is well", {"status": "ok", "parts": _PARTS}),
            _example("No worker", {"status": "degraded", "parts": _NO_WORKER}),
            _example("No database", {"status": "down", "parts": _NO_DATABASE}, 503),
        ],
    )
    def get(self, request: Request) -> Response:
        parts = {name: ask(name) for name in PARTS}
        failed = {name for name, part in parts.items() if not part["ok"]}
        status = "down" if failed & NEEDED else "degraded" if failed else "ok"
        return Response({"status": status, "parts": parts}, status=503 if status == "down" else 200)
