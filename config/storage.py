import errno
from typing import Any, Final

from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext as _
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.errors import Unavailable


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names everywhere, inside the imports of our own ES modules too.

    Third-party scripts are left as they are: their minified text holds strings that only look
    like imports.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )


_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class MediaStorage(FileSystemStorage):
    """Files as they were uploaded. Raises Unavailable, and keeps no half of one, where the disk is
    full."""

    def _save(self, name: str, content: Any) -> str:
        try:
            kept: str = super()._save(name, content)  # type: ignore[misc]
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self.delete(name)
            raise Unavailable(_("There is no room for the file now. Try again later.")) from error
        return kept
