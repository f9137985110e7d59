from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Passages with lines of the built-in tutor go; what was said is read anew within minutes."""
    passages = apps.get_model("conversations", "Passage")
    passages.objects.filter(kind="conversation", text__contains="AI tutor: ").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0007_companion"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop, elidable=True),
    ]
