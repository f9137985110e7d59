from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # People talk while it is built.
    atomic = False

    dependencies = [
        ("conversations", "0009_message_unchecked"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["created_at"],
                condition=models.Q(("role", "user")),
                name="message_said",
            ),
        ),
    ]
