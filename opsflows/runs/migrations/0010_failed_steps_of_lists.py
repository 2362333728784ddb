from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0009_failure_notice_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="execution",
            name="failed_steps",
            field=models.PositiveIntegerField(default=0, help_text="Steps that failed although the run went on."),
        ),
    ]
