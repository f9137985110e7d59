"""Starter content is brought in when it is not there as it should be, and only then."""

import pytest

from learning.loads import services
from learning.loads.services import digest, is_current, loading

pytestmark = pytest.mark.django_db
ALL = {"concepts", "content", "items", "vocabulary"}
NAMES = ["content", "items", "vocabulary"]


def load(name, rows=3, *, whole=True):
    with loading(name, rows=lambda: rows, whole=whole):
        pass


def changed_sources(monkeypatch):
    monkeypatch.setattr(services, "_digest_here", lambda: "another")


class TestWhatIsCurrent:
    def test_nothing_before_the_first_load(self):
        assert not is_current("items", rows=0)

    def test_what_was_loaded_whole(self):
        load("items")
        assert is_current("items", rows=3)
        assert not is_current("vocabulary", rows=3)

    @pytest.mark.parametrize("rows", [0, 2, 4])
    def test_not_when_rows_went_or_came(self, rows):
        load("items")
        assert not is_current("items", rows=rows)

    def test_not_when_the_sources_changed(self, monkeypatch):
        load("items")
        changed_sources(monkeypatch)
        assert not is_current("items", rows=3)

    def test_again_after_a_load_of_what_changed(self, monkeypatch):
        load("items")
        changed_sources(monkeypatch)
        load("items")
        assert is_current("items", rows=3)

    def test_not_when_a_later_load_broke_off(self):
        load("items")
        with pytest.raises(ZeroDivisionError), loading("items", rows=lambda: 3):
            raise ZeroDivisionError
        assert not is_current("items", rows=3)

    def test_not_when_a_later_load_was_of_a_part(self):
        load("items")
        load("items", whole=False)
        assert not is_current("items", rows=3)

    def test_concepts_that_are_loaded_take_the_rest_with_them(self):
        for name in (*NAMES, "concepts"):
            load(name)
        assert {name for name in ALL if is_current(name, rows=3)} == {"concepts"}

    def test_rows_are_counted_after_the_load(self):
        made = []
        with loading("items", rows=lambda: len(made)):
            made.append("one")
        assert is_current("items", rows=1)


@pytest.fixture
def root(tmp_path):
    for folder in ("assessments/bank/es", "assessments/tests", "learning/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "assessments/bank/es/a1.yaml").write_text("- slug: one\n")
    (tmp_path / "assessments/bank/files.py").write_text("VERSION = 1\n")
    (tmp_path / "requirements.txt").write_text("wordfreq==3\n")
    return tmp_path


class TestTheDigest:
    def test_is_the_same_for_the_same_files(self, root):
        assert digest(root) == digest(root)

    @pytest.mark.parametrize(
        "name", ["assessments/bank/es/a1.yaml", "assessments/bank/files.py", "requirements.txt"]
    )
    def test_sees_one_byte(self, root, name):
        before = digest(root)
        file = root / name
        file.write_bytes(file.read_bytes()[:-1] + b"\t")
        assert digest(root) != before

    def test_sees_files_that_come_go_or_are_renamed(self, root):
        seen = [digest(root)]
        file = root / "assessments/bank/es/b1.yaml"
        file.write_text("")
        seen.append(digest(root))
        file = file.rename(file.with_name("b2.yaml"))
        seen.append(digest(root))
        assert len(set(seen)) == 3
        file.unlink()
        assert digest(root) == seen[0]

    def test_passes_over_what_loads_nothing(self, root):
        before = digest(root)
        for name in ("assessments/tests/test_bank.py", "learning/__pycache__/models.pyc"):
            (root / name).write_text("anything")
        assert digest(root) == before

    def test_of_this_project_is_of_its_files_and_its_code(self, settings):
        read = {str(file.relative_to(settings.BASE_DIR)) for file in sources(settings.BASE_DIR)}
        assert {
            "learning/concepts/topics.yaml",
            "learning/companions/starters.yaml",
            "assessments/services/bank.py",
            "practice/vocabulary/services.py",
            "requirements.txt",
        } <= read
        assert not any("/tests/" in name or name.endswith(".pyc") for name in read)


def sources(root):
    return services._files(root)
