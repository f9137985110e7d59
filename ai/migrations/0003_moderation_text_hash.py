from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ai", "0002_moderation")]

    operations = [
        migrations.AddField(
            model_name="moderationflag",
            name="text_hash",
            field=models.CharField(
                blank=True,
                default="",
                max_length=64,
                verbose_name="SHA-256 of the text, whatever its case",
            ),
            preserve_default=False,
        ),
    ]
