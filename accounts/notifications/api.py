from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import Notification
from accounts.notifications import services
from accounts.notifications.selectors import notifications_of
from accounts.notifications.serializers import (
    NotificationQuerySerializer,
    NotificationSerializer,
    ReadAllSerializer,
)
from config.api import NamedArrayPagination, valid_query

TAG = ["notifications"]
NOTIFICATION = {
    "id": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c3d",
    "kind": "tutor-answered",
    "title": "Tessa Brandt answered you",
    "body": "“Estar” is for how you feel now.",
    "url": "/talk/019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c40",
    "sourceType": "conversations.message",
    "sourceId": "019a1f5e-7c1a-7d1e-9f6e-3d8a6f1b2c41",
    "createdAt": "2026-01-05T09:00:00Z",
    "readAt": None,
}


class NotificationPagination(NamedArrayPagination):
    array_name = "notifications"


class NotificationListView(GenericAPIView[Notification]):
    pagination_class = NotificationPagination
    serializer_class = NotificationSerializer

    @extend_schema(
        operation_id="notifications_list",
        tags=TAG,
        summary="What you have been told, the latest first",
        parameters=[OpenApiParameter("unread", bool, description="only those not read yet")],
        responses=NotificationSerializer(many=True),
        examples=[OpenApiExample("An answer", NOTIFICATION, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        query = valid_query(NotificationQuerySerializer, request)
        rows = notifications_of(caller_of(request), unread=query.get("unread", False))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(NotificationSerializer(page, many=True).data)


class NotificationReadView(APIView):
    @extend_schema(
        operation_id="notifications_read",
        tags=TAG,
        summary="Mark one as read; again changes nothing",
        request=None,
        responses=NotificationSerializer,
        examples=[OpenApiExample("Read", NOTIFICATION, response_only=True)],
    )
    def post(self, request: Request, notification_id: UUID) -> Response:
        found = services.mark_read(user=caller_of(request), notification_id=notification_id)
        return Response(NotificationSerializer(found).data)


class NotificationReadAllView(APIView):
    @extend_schema(
        operation_id="notifications_read_all",
        tags=TAG,
        summary="Mark all as read",
        request=None,
        responses=ReadAllSerializer,
        examples=[OpenApiExample("Three were unread", {"read": 3}, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        return Response({"read": services.mark_all_read(user=caller_of(request))})
