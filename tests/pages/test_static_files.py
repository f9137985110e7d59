"""Scripts and styles as production serves them: hashed names, also inside imports."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = [path for path in sorted(TEMPLATES.rglob("*.html")) if "mail" not in path.parts]
IMPORT = re.compile(r"""(?:from|import)\s*\(?["']([^"']+)["']""")


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The whole of `collectstatic` with the storage production names."""
    root = tmp_path_factory.mktemp("static")
    storages = settings.STORAGES | {"staticfiles": {"BACKEND": "config.storage.StaticStorage"}}
    with override_settings(STATIC_ROOT=str(root), STORAGES=storages, WHITENOISE_USE_FINDERS=False):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield root, staticfiles_storage.hashed_files


def modules():
    return sorted((STATIC / "js").rglob("*.js"))


@pytest.mark.parametrize("module", modules(), ids=lambda path: path.name)
def test_modules_import_files_that_exist_by_relative_paths(module):
    for target in IMPORT.findall(module.read_text()):
        assert target.startswith("."), target
        assert (module.parent / target).resolve().is_file(), target


def test_every_module_is_reached_from_a_page():
    pages = " ".join(path.read_text() for path in PAGES)
    reached = {STATIC / name for name in re.findall(r"static '(js/[\w/.-]+)'", pages)}
    waiting = list(reached)
    while waiting:
        module = waiting.pop()
        targets = {(module.parent / t).resolve() for t in IMPORT.findall(module.read_text())}
        waiting += targets - reached
        reached |= targets
    assert set(modules()) == reached


def test_hashed_modules_import_hashed_modules(collected):
    root, names = collected
    ours = [root / hashed for name, hashed in names.items() if name.startswith("js/")]
    assert ours
    for module in ours:
        for target in IMPORT.findall(module.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", target), f"{module.name}: {target}"
            assert (module.parent / target).resolve().is_file(), target


def test_every_file_a_template_names_is_there(collected):
    _root, names = collected
    for template in PAGES:
        for name in re.findall(r"""static ['"]([^'"]+)['"]""", template.read_text()):
            assert name in names, f"{template.name}: {name}"


def test_every_icon_a_template_names_is_in_the_sprite():
    sprite = (STATIC / "icons" / "sprite.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    asked = {
        name
        for template in PAGES
        for name in re.findall(r'components/icon\.html" with name="([\w-]+)"', template.read_text())
    }
    assert asked <= drawn


def test_templates_have_no_inline_script_style_or_handler():
    """The content security policy refuses them; a page must not depend on one."""
    for template in PAGES:
        text = template.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), template.name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text), template.name
