from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from learning.today import forget_steps, is_told_by_stamp

SAFE: Final = ("GET", "HEAD", "OPTIONS")


class FreshTodayMiddleware:
    """Whatever a learner does, by page or API, Today shows what follows from it at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method in SAFE or is_told_by_stamp(request):
            return response
        if request.user.is_authenticated:
            forget_steps(request.user.pk)
        return response
