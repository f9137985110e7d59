from typing import Any

from rest_framework import serializers

from accounts.models import Notification


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    class Meta:
        model = Notification
        fields = (
            "id",
            "kind",
            "title",
            "body",
            "url",
            "source_type",
            "source_id",
            "created_at",
            "read_at",
        )
        read_only_fields = fields


class NotificationQuerySerializer(serializers.Serializer[Any]):
    unread = serializers.BooleanField(required=False, help_text="only those not read yet")


class ReadAllSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="how many were unread")
