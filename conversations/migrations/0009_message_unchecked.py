from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # People talk while it is built.
    atomic = False

    dependencies = [
        ("conversations", "0008_reread_conversations"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["created_at"],
                condition=models.Q(("role", "user"), ("usage__has_key", "unchecked")),
                name="message_unchecked",
            ),
        ),
    ]
