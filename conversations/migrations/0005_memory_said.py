import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_follow")]

    operations = [
        migrations.AddField(
            "memory",
            "filled",
            models.JSONField(
                "[{field, value}] of the learner's profile", blank=True, default=list
            ),
        ),
        migrations.AddField(
            "memory",
            "said_at",
            models.DateTimeField("when it was last said", default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            "memoryconsent",
            "reads_from",
            models.DateTimeField("what was said before is not read", blank=True, null=True),
        ),
    ]
