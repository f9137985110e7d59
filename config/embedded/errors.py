class ServiceError(Exception):
    """An embedded service could not be started; the message says what to do about it."""
