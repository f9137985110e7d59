import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Pages and API are imported now, and what is loaded stays: to look through all of it again for
# garbage would hold a request up for a fifth of a second.
get_resolver().url_patterns  # noqa: B018 - imported when it is first looked at
gc.collect()
gc.freeze()
# What a large request makes lives until it is answered: to look through it thirty times on the way
# finds nothing.
gc.set_threshold(10_000)
