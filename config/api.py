"""What every REST endpoint shares: camelCase JSON, the error body, pagination."""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import NoneType
from typing import Any, Final
from uuid import UUID

import msgspec
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from djangorestframework_camel_case.util import (
    camel_to_underscore,
    camelize_re,
    underscore_to_camel,
    underscoreize,
)
from rest_framework import exceptions
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from config.errors import (
    DomainError,
    Forbidden,
    InternalError,
    NotAuthenticated,
    NotFound,
    TooLarge,
    Unavailable,
)
from config.errors import error_body as make_error_body
from config.request_ids import request_id_of

logger = logging.getLogger(__name__)

_encoder = msgspec.json.Encoder(enc_hook=str)
_PLAIN: Final = frozenset({str, int, float, bool, NoneType, UUID, datetime, date})

CHALLENGE: Final = 'Bearer realm="api"'
"""What a 401 asks for."""

_LONGEST_NAME: Final = 64
"""That is kept: a client may send names of any length."""

_DEEPEST: Final = 40
"""Levels of lists and objects in a body: what is kept of it must be told again, and each level
takes room on the stack."""


@lru_cache(maxsize=4096)
def _camel_name(name: str) -> str:
    return str(camelize_re.sub(underscore_to_camel, name))


@lru_cache(maxsize=4096)
def _snake_name(name: str) -> str:
    return str(camel_to_underscore(name))


def _camel_key(key: Any) -> Any:
    if type(key) is str and len(key) <= _LONGEST_NAME:
        return _camel_name(key)
    if not isinstance(key, str | Promise):
        return key
    return camelize_re.sub(underscore_to_camel, str(key))


def camelize(data: Any) -> Any:
    """As the library does, with each name worked out once: in a batch of 500 its two ways took a
    quarter of the time."""
    if isinstance(data, dict):
        return {
            _camel_key(key): value if type(value) in _PLAIN else camelize(value)
            for key, value in data.items()
        }
    if isinstance(data, str | int | float) or type(data) in _PLAIN:
        return data
    if isinstance(data, Promise):
        return str(data)
    return [camelize(item) for item in data] if isinstance(data, Iterable) else data


class CamelCaseJSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:
            return b""
        shown = camelize(data)
        try:
            return _encoder.encode(shown)
        except UnicodeEncodeError:
            # A refusal may repeat what was sent, and that may be half of a pair of surrogates.
            return json.dumps(shown, default=str).encode()


class CamelCaseJSONParser(JSONParser):
    def parse(self, *args: Any, **options: Any) -> Any:
        try:
            return _snake(super().parse(*args, **options), _DEEPEST)
        except RecursionError as error:
            raise exceptions.ParseError from error


def _snake(data: Any, deeper: int) -> Any:
    """What `json` reads, with its names as Python has them; at most so many levels of it."""
    if not isinstance(data, dict | list):
        return data
    if not deeper:
        raise exceptions.ParseError
    if isinstance(data, dict):
        return {_snake_key(key): _snake(value, deeper - 1) for key, value in data.items()}
    return [_snake(item, deeper - 1) for item in data]


def _snake_key(key: str) -> str:
    return _snake_name(key) if len(key) <= _LONGEST_NAME else str(camel_to_underscore(key))


def valid(serializer_class: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """What a client sent, checked. Raises DRF's ValidationError, answered with 400."""
    serializer = serializer_class(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def valid_query(serializer_class: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """The same for the query string, whose names are camelCase as on all the wire."""
    return valid(serializer_class, underscoreize(request.query_params.dict()))


class NamedArrayPagination(LimitOffsetPagination):
    """`{"<array_name>": [...], "total", "limit", "offset", "hasMore"}`; a subclass names it."""

    array_name = "results"
    default_limit = 20
    max_limit = 100

    def get_paginated_response(self, data: Any) -> Response:
        limit, offset = self.limit or self.default_limit, self.offset or 0
        return Response(
            {
                self.array_name: data,
                "total": self.count,
                "limit": limit,
                "offset": offset,
                "has_more": offset + len(data) < (self.count or 0),
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 0}
        return {
            "type": "object",
            "required": [self.array_name, "total", "limit", "offset", "hasMore"],
            "properties": {
                self.array_name: schema,
                "total": {**number, "example": 25},
                "limit": {**number, "example": self.default_limit},
                "offset": {**number, "example": 0},
                "hasMore": {"type": "boolean", "example": True},
            },
        }


_FIXED: tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[DomainError]], ...] = (
    (Http404, NotFound),
    (exceptions.NotFound, NotFound),
    (RequestDataTooBig, TooLarge),
    ((exceptions.NotAuthenticated, exceptions.AuthenticationFailed), NotAuthenticated),
    ((PermissionDenied, exceptions.PermissionDenied), Forbidden),
    ((OperationalError, InterfaceError), Unavailable),
)
_CODES = {400: "malformed", 405: "method_not_allowed", 406: "not_acceptable", 415: "wrong_media"}
_SENTENCES = {
    400: gettext_noop("The body is not valid JSON."),
    405: gettext_noop("This address does not take that method."),
    406: gettext_noop("We answer in JSON."),
    415: gettext_noop("Send the body as JSON."),
}


def as_domain_error(exc: Exception) -> DomainError:
    """The error a client is told of for any exception. What we did not foresee is `internal`."""
    if isinstance(exc, DomainError):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return DomainError(_("Some of what was sent is not valid."), details=_fields(exc.detail))
    if isinstance(exc, ModelValidationError):
        return DomainError(_("Some of what was sent is not valid."), details=_model_fields(exc))
    for known, error in _FIXED:
        if isinstance(exc, known):
            return error()
    if isinstance(exc, exceptions.APIException):
        return _from_framework(exc)
    return InternalError()


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """Render any exception as the error body; anything unforeseen is logged with its trace."""
    error = as_domain_error(exc)
    if error.status >= 500:
        logger.error("api_failed", exc_info=exc, extra={"code": error.code})
    headers = dict(error.headers)
    if error.status == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    request = context["request"]
    body = make_error_body(error, request_id=request_id_of(request))
    return Response(body, status=error.status, headers=headers)


def _from_framework(exc: exceptions.APIException) -> DomainError:
    if exc.status_code == 413:
        return TooLarge()
    error = DomainError(
        _(_SENTENCES.get(exc.status_code, DomainError.message)),
        code=_CODES.get(exc.status_code, DomainError.code),
    )
    error.status = exc.status_code
    return error


def _fields(detail: Any) -> dict[str, Any]:
    """Sentences by field name; what belongs to no field stands under `nonFieldErrors`."""
    if isinstance(detail, Mapping):
        return {name: _nested(value) for name, value in detail.items()}
    return {"non_field_errors": _nested(detail)}


def _nested(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _fields(value)
    if isinstance(value, list):
        return [_nested(entry) for entry in value]
    return str(value)


def _model_fields(exc: ModelValidationError) -> dict[str, Any]:
    if hasattr(exc, "error_dict"):
        return exc.message_dict
    return {"non_field_errors": exc.messages}
