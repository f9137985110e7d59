from typing import Any

from django.conf import settings
from rest_framework import serializers

STATUSES = ("ok", "degraded", "down")


class LiveSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["ok"])


class ReadySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["ok", "down"])


class HealthPartSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    latency_ms = serializers.FloatField(help_text="Until it answered, or was given up.")


class QueuedSerializer(serializers.Serializer[Any]):
    """Tasks that wait, of each queue."""

    def get_fields(self) -> dict[str, Any]:
        return {queue: serializers.IntegerField(min_value=0) for queue in settings.QUEUES}


class ValkeyPartSerializer(HealthPartSerializer):
    queued = QueuedSerializer(required=False, help_text="Left out while it does not answer.")


class WorkerPartSerializer(HealthPartSerializer):
    workers = serializers.IntegerField(
        required=False, min_value=1, help_text="That answered; left out where none did."
    )


class ProviderStateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    configured = serializers.BooleanField(help_text="Has what it needs to be asked, as a key.")
    circuit = serializers.ChoiceField(
        ["closed", "open", "half-open"], help_text="While `open` it is passed over."
    )
    failures = serializers.IntegerField(min_value=0, help_text="In a row.")


class EmbedderStateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    degraded = serializers.BooleanField(help_text="Less than what the settings ask for.")


class ModelsPartSerializer(HealthPartSerializer):
    """As this process knows them: none is asked."""

    providers = ProviderStateSerializer(many=True, help_text="In the order they are tried.")
    embedder = EmbedderStateSerializer()


class HealthPartsSerializer(serializers.Serializer[Any]):
    database = HealthPartSerializer()
    valkey = ValkeyPartSerializer()
    worker = WorkerPartSerializer()
    models = ModelsPartSerializer()


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(STATUSES)
    parts = HealthPartsSerializer()
