import errno

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from config.errors import Unavailable


class Endless(ContentFile):
    """Half of it is written; then the disk says what is wrong."""

    def __init__(self, code):
        super().__init__(b"half")
        self.code = code

    def chunks(self, chunk_size=None):
        yield b"half"
        raise OSError(self.code, "as the system says")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(folder):
    return [one for one in folder.rglob("*") if one.is_file()]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_keeps_no_half(media, code):
    with pytest.raises(Unavailable) as told:
        default_storage.save("imports/one.apkg", Endless(code))
    assert "no room" in told.value.message
    assert files(media) == []


def test_other_failures_stay_what_they_are(media):
    with pytest.raises(PermissionError):
        default_storage.save("imports/one.apkg", Endless(errno.EACCES))


def test_a_file_is_kept(media):
    name = default_storage.save("imports/one.apkg", ContentFile(b"whole"))
    assert (media / name).read_bytes() == b"whole"
