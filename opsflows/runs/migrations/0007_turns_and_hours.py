import django.db.models.deletion
from django.db import migrations, models

import opsflows.jsontext.field


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0006_waits'),
        ('workflows', '0004_deleted_and_publish_requests'),
    ]

    operations = [
        # Nothing was ever written to it.
        migrations.DeleteModel(
            name='Pace',
        ),
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('workflow', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='workflows.workflow')),
                ('limit', models.PositiveIntegerField(help_text='Starts an hour, as they were last given out.')),
                ('action', models.CharField(max_length=8)),
                ('starts', opsflows.jsontext.field.ExactJSONField(default=list, help_text='The starts in the hour before the latest that was given out.')),
                ('dropped', models.PositiveBigIntegerField(default=0, help_text='Runs that were left out.')),
                ('dropped_at', models.DateTimeField(help_text='When the latest of them was.', null=True)),
            ],
            options={
                'db_table': 'workflow_paces',
            },
        ),
        migrations.RemoveField(
            model_name='gate',
            name='inside',
        ),
        migrations.RemoveIndex(
            model_name='queueitem',
            name='queue_blocked',
        ),
        migrations.AddField(
            model_name='queueitem',
            name='turn',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('status', 'blocked')), fields=['gate', 'turn'], name='queue_blocked'),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('gate__isnull', False)), fields=['gate', 'status'], name='queue_in_gate'),
        ),
        migrations.AddIndex(
            model_name='queueitem',
            index=models.Index(condition=models.Q(('turn__isnull', False)), fields=['workflow', 'status', 'turn'], name='queue_in_line'),
        ),
    ]
