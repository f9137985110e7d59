from django.utils.translation import gettext_noop

from config.errors import Conflict, DomainError


class EmptyTranscript(DomainError):
    code, message = "empty_transcript", gettext_noop("There are no words in it.")


class NotText(DomainError):
    status, code = 415, "not_text"
    message = gettext_noop(
        "That is not a text file. Export the transcript as text, VTT, SRT or JSON."
    )


class UnknownEncoding(DomainError):
    status, code = 415, "unknown_encoding"
    message = gettext_noop(
        "The letters of that file cannot be read. Save it as UTF-8 and send it again."
    )


class WrongFormat(DomainError):
    """The file is of another format than the one it was said to be."""

    code = "wrong_format"
    message = gettext_noop("The file is of another format than you said.")


class NoSpeech(DomainError):
    code = "no_speech"
    message = gettext_noop(
        "Nobody says anything in that file, or we cannot tell the words from the rest."
    )


class Malformed(DomainError):
    code, message = "malformed_transcript", gettext_noop("The JSON in that file is broken.")


class NotFailed(Conflict):
    code, message = (
        "not_failed",
        gettext_noop("This session did not fail, so there is nothing to try again."),
    )


class NotRead(Conflict):
    code, message = (
        "still_processing",
        gettext_noop("This session is still being read. Change it in a moment."),
    )
