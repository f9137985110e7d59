from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.health.parts import NEEDED, PARTS, ask


class StatusSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["ok", "degraded", "down"])


class HealthSerializer(StatusSerializer):
    parts = serializers.DictField(child=serializers.DictField())


class OpenView(APIView):
    """For balancers and monitors: no sign-in, and so no look-up of a user either."""

    authentication_classes = ()
    permission_classes = ()


class LiveView(OpenView):
    @extend_schema(
        tags=["operations"], summary="Is this process running", responses=StatusSerializer
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class ReadyView(OpenView):
    @extend_schema(
        tags=["operations"],
        summary="May this process be sent requests",
        responses={200: StatusSerializer, 503: StatusSerializer},
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
            OpenApiExample(
                "All is well",
                value={
                    "status": "ok",
                    "parts": {
                        "database": {"ok": True, "latencyMs": 0.9},
                        "valkey": {"ok": True, "latencyMs": 0.6, "queued": {"chat": 0}},
                        "worker": {"ok": True, "latencyMs": 1001.3, "workers": 1},
                    },
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request) -> Response:
        parts = {name: ask(name) for name in PARTS}
        failed = {name for name, part in parts.items() if not part["ok"]}
        status = "down" if failed & NEEDED else "degraded" if failed else "ok"
        return Response({"status": status, "parts": parts}, status=503 if status == "down" else 200)
