"""What every REST endpoint shares: camelCase JSON, the error body, pagination."""

from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404
from djangorestframework_camel_case.parser import CamelCaseJSONParser as BaseParser
from djangorestframework_camel_case.util import camelize
from rest_framework import exceptions
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from config.errors import DomainError, NotFound, error_body

_encoder = msgspec.json.Encoder(enc_hook=str)


class CamelCaseJSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else _encoder.encode(camelize(data))


class CamelCaseJSONParser(BaseParser):
    renderer_class = CamelCaseJSONRenderer


class NamedArrayPagination(LimitOffsetPagination):
    """`{"<array_name>": [...], "total", "limit", "offset", "hasMore"}`; a view names its array."""

    default_limit = 20
    max_limit = 100


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    return None
