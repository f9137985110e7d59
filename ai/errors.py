from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from config.errors import DomainError


class ProviderError(Exception):
    """A provider failed. Adapters translate into this once; everyone else reads `retryable`.

    Codes: `timeout`, `connection`, `rate_limited`, `overloaded`, `server_error`, `cut_off`
    (a stream ended without finishing), `malformed` (an answer that does not parse), `refused`,
    `context_length`, `authentication`, `quota_exhausted`, `bad_request`, `circuit_open`.
    The message is for logs, never for a client.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        retryable: bool,
        provider: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.retryable = retryable
        self.provider = provider
        self.retry_after = retry_after
        super().__init__(message or code)


class AllProvidersFailed(DomainError):
    status, code = 503, "provider_unavailable"
    message = gettext_noop(
        "No tutor is answering right now. What you wrote is kept; try again in a moment."
    )


class ContentBlocked(DomainError):
    """A text was refused by moderation: why, and where its writer can say that this is wrong.

    `details.flagId` names the flag, `details.appeal` the address of the API for an appeal. Where
    the text speaks of self-harm too, `details.help` is the page that says whom to call.
    """

    status, code = 400, "content_blocked"
    message = gettext_noop("That cannot be sent here.")
    HOW = gettext_noop("If that is wrong, say so in your settings, under Moderation.")
    HELP = gettext_noop(
        "If you think of hurting yourself, somebody listens at any hour: see Help now."
    )

    def __init__(
        self, *, reason: str, flag_id: UUID, category: str, in_distress: bool = False
    ) -> None:
        sentences = [gettext(type(self).message), reason, gettext(self.HOW)]
        if in_distress:
            sentences.append(gettext(self.HELP))
        super().__init__(
            " ".join(sentences),
            details={
                "flagId": [str(flag_id)],
                "category": [category],
                "appeal": [f"/api/moderation/flags/{flag_id}/appeal"],
                **({"help": ["/moderation/help"]} if in_distress else {}),
            },
        )
