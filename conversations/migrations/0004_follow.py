from django.db import migrations

# What was said before branches: each message follows the newest reply before it.
FOLLOW = """
UPDATE conversations_message AS said SET follows_id = (
    SELECT before.id FROM conversations_message AS before
    WHERE before.conversation_id = said.conversation_id AND before.position < said.position
    ORDER BY before.position DESC LIMIT 1
) WHERE said.role = 'user';
UPDATE conversations_message AS said SET turn = counted.turn FROM (
    SELECT id, count(*) FILTER (WHERE role = 'user')
        OVER (PARTITION BY conversation_id ORDER BY position) AS turn
    FROM conversations_message
) AS counted WHERE counted.id = said.id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0003_message_turn'),
    ]

    operations = [
        migrations.RunSQL(FOLLOW, migrations.RunSQL.noop),
    ]
