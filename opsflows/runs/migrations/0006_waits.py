from django.db import migrations, models

import opsflows.jsontext.field


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0005_failures_replays_states'),
    ]

    operations = [
        migrations.AddField(
            model_name='eventwait',
            name='looked_to',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='eventwait',
            name='match_value',
            field=opsflows.jsontext.field.ExactJSONField(help_text='The value itself.', null=True),
        ),
        migrations.AddConstraint(
            model_name='eventwait',
            constraint=models.CheckConstraint(condition=models.Q(('is_open', False), ('event__isnull', True), _connector='OR'), name='wait_open_without_event'),
        ),
    ]
