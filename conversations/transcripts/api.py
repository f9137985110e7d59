from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from djangorestframework_camel_case.parser import CamelCaseMultiPartParser
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.callers import caller_of
from accounts.models import User
from config.api import CamelCaseJSONParser, NamedArrayPagination, valid
from config.errors import DomainError, TooLarge
from config.idempotency import idempotent
from config.ratelimit import rate_limited
from conversations.transcripts import examples
from conversations.transcripts.bodies import row_body, session_body
from conversations.transcripts.models import TutoringSession
from conversations.transcripts.selectors import sessions_of
from conversations.transcripts.serializers import (
    ChangeTutoringSessionSerializer,
    SessionRowSerializer,
    TranscriptSerializer,
    UploadedSerializer,
    UploadSerializer,
)
from conversations.transcripts.services import (
    change_session,
    delete_session,
    retry_session,
    upload_transcript,
)

TAG = ["Tutoring sessions"]
AROUND_A_FILE = 64 * 1024
"""Bytes of a form beside its file."""
ESCAPED = 6
"""Bytes a letter may take in JSON (`\\u00e1`) for one that the file has."""
Status = TutoringSession.Status


class SessionPagination(NamedArrayPagination):
    array_name = "sessions"


class JSONOfLimitedSize(BaseParser):
    """Refuses by the length told, before anything is read.

    No JSONParser itself: of those the framework keeps the body, which is held to the size that
    is enough everywhere else.
    """

    media_type = "application/json"
    _inner = CamelCaseJSONParser()

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        _check_length(parser_context, ESCAPED)
        return self._inner.parse(stream, media_type=media_type, parser_context=parser_context)


class FormOfLimitedSize(CamelCaseMultiPartParser):
    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        _check_length(parser_context, 1)
        return super().parse(stream, media_type=media_type, parser_context=parser_context)


class UploadView(APIView):
    parser_classes = (JSONOfLimitedSize, FormOfLimitedSize)

    @extend_schema(
        operation_id="transcript_upload",
        tags=TAG,
        summary="Send the transcript of a tutoring session",
        description=(
            "As JSON, or as a form with `file`: plain text, WebVTT, SubRip, or the JSON of a "
            "meeting tool, at most 10 MB, in UTF-8 or another encoding that can be told. It is "
            "read and analysed in the background. The same file again gives the same session. "
            "400 `empty_transcript`, `wrong_format`, `no_language`; 413 `too_large`; 415 "
            "`not_text`, `unknown_encoding`."
        ),
        request={"application/json": UploadSerializer, "multipart/form-data": UploadSerializer},
        responses={
            202: UploadedSerializer,
            413: OpenApiResponse(description="Larger than 10 MB."),
            415: OpenApiResponse(description="Not text, or in letters that cannot be read."),
        },
        examples=[
            OpenApiExample("A lesson", examples.UPLOAD, request_only=True),
            OpenApiExample("Begun", examples.UPLOADED, response_only=True, status_codes=["202"]),
        ],
    )
    @idempotent
    @rate_limited("transcript")
    def post(self, request: Request) -> Response:
        caller, data = caller_of(request), valid(UploadSerializer, request.data)
        students = User.objects.visible_to(caller).students()
        session = upload_transcript(
            uploader=caller,
            student=get_object_or_404(students, pk=data["student_id"]),
            tutor=_tutor(data.get("tutor_id")),
            held_at=data.get("session_date"),
            duration=data.get("duration"),
            format=data.get("transcript_format", ""),
            source=data.get("transcript_source", ""),
            now=timezone.now(),
            **_words(data),
            **{name: data[name] for name in _AS_THEY_ARE if name in data},
        )
        body = {"session_id": session.pk, "status": session.status, "message": _told(session)}
        return Response(UploadedSerializer(body).data, status=202)


class SessionView(APIView):
    @extend_schema(
        operation_id="transcript_read",
        tags=TAG,
        summary="A tutoring session: its transcript and what was found in it",
        description="`masteryLevel` is how well the student knows it now, not then.",
        responses=TranscriptSerializer,
        examples=[OpenApiExample("Ready", examples.SESSION, response_only=True)],
    )
    def get(self, request: Request, session_id: UUID) -> Response:
        return _shown(visible(request, session_id), request)

    @extend_schema(
        operation_id="transcript_change",
        tags=TAG,
        summary="Name a session, or say which speaker the student is",
        description=(
            "With another `studentSpeaker` what was counted is taken back and counted anew. "
            "409 `still_processing`; 400 `unknown_speaker`."
        ),
        request=ChangeTutoringSessionSerializer,
        responses=TranscriptSerializer,
        examples=[
            OpenApiExample("A name", {"title": "The past tenses"}, request_only=True),
            OpenApiExample("That is me", {"studentSpeaker": "Speaker 2"}, request_only=True),
            OpenApiExample(
                "Named", examples.SESSION | {"title": "The past tenses"}, response_only=True
            ),
        ],
    )
    @rate_limited("practice", methods=frozenset({"PATCH"}))
    def patch(self, request: Request, session_id: UUID) -> Response:
        data = valid(ChangeTutoringSessionSerializer, request.data)
        change_session(session=visible(request, session_id), **data)
        return _shown(visible(request, session_id), request)

    @extend_schema(
        operation_id="transcript_delete",
        tags=TAG,
        summary="Delete a session with its file and what was counted from it",
        responses={204: None},
    )
    def delete(self, request: Request, session_id: UUID) -> Response:
        delete_session(session=visible(request, session_id))
        return Response(status=204)


class RetryView(APIView):
    @extend_schema(
        operation_id="transcript_retry",
        tags=TAG,
        summary="Go on with a session that failed",
        description="From the step that failed. 409 `not_failed`.",
        request=None,
        responses={202: UploadedSerializer},
        examples=[
            OpenApiExample("Begun", examples.UPLOADED, response_only=True, status_codes=["202"])
        ],
    )
    @idempotent
    @rate_limited("transcript")
    def post(self, request: Request, session_id: UUID) -> Response:
        session = retry_session(session=visible(request, session_id))
        body = {"session_id": session.pk, "status": session.status, "message": _told(session)}
        return Response(UploadedSerializer(body).data, status=202)


class StudentSessionsView(GenericAPIView[TutoringSession]):
    pagination_class = SessionPagination
    queryset = TutoringSession.objects.none()
    serializer_class = SessionRowSerializer

    @extend_schema(
        operation_id="transcripts_of_student",
        tags=TAG,
        summary="A student's tutoring sessions, the latest first",
        responses=SessionRowSerializer(many=True),
        examples=[OpenApiExample("One", examples.ROW, response_only=True)],
    )
    def get(self, request: Request, student_id: UUID) -> Response:
        caller = caller_of(request)
        student = get_object_or_404(User.objects.visible_to(caller), pk=student_id)
        page: Any = self.paginate_queryset(sessions_of(caller, student=student)) or []
        rows = SessionRowSerializer([row_body(row) for row in page], many=True).data
        return self.get_paginated_response(rows)


_AS_THEY_ARE = ("language", "title", "subject", "student_speaker")


def visible(request: Request, session_id: UUID) -> TutoringSession:
    row: TutoringSession = get_object_or_404(sessions_of(caller_of(request)), pk=session_id)
    return row


def _shown(session: TutoringSession, request: Request) -> Response:
    body = session_body(session, reader=caller_of(request), now=timezone.now())
    return Response(TranscriptSerializer(body).data)


def _tutor(tutor_id: UUID | None) -> User | None:
    """Whether this one teaches the student, the service asks."""
    if tutor_id is None:
        return None
    found: User = get_object_or_404(User.objects.filter(role=User.Role.TUTOR), pk=tutor_id)
    return found


def _words(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("file") is not None:
        return {"file": data["file"]}
    if "transcript" not in data:
        need = [_("Send the words as `transcript`, or a `file`.")]
        raise DomainError(details={"transcript": need})
    return {"text": data["transcript"]}


def _told(session: TutoringSession) -> str:
    if session.status == Status.COMPLETED:
        return _("This transcript was uploaded before, and is ready")
    return _("Transcript uploaded, analysis in progress")


def _check_length(context: Any, times: int) -> None:
    told = context["request"].META.get("CONTENT_LENGTH") or "0"
    length = int(told) if str(told).isdigit() else 0
    if length > settings.TRANSCRIPT_MAX_BYTES * times + AROUND_A_FILE:
        most = settings.TRANSCRIPT_MAX_BYTES // (1024 * 1024)
        raise TooLarge(_("Use a file of at most %(most)d MB.") % {"most": most})
