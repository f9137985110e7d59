from django.db import migrations

# What was said before branches: each message follows the newest reply before it.
FOLLOW = """
UPDATE conversations_message AS said SET follows_id = (
    SELECT before.id FROM conversations_message AS before
    WHERE before.conversation_id = said.conversation_id AND before.position < said.position
    ORDER BY before.position DESC LIMIT 1
) WHERE said.role = 'user';
UPDATE conversations_conversation AS thread SET tip_id = (
    SELECT id FROM conversations_message AS last WHERE last.conversation_id = thread.id
    ORDER BY position DESC LIMIT 1
);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0002_tutor'),
    ]

    operations = [
        migrations.RunSQL(FOLLOW, migrations.RunSQL.noop),
    ]
