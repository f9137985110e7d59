"""What a message wants of the tutor: to talk, something looked up, something remembered, an act."""

from conversations.routes.choose import Want, wanted

__all__ = ["Want", "wanted"]
