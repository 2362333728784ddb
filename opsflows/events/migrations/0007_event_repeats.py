from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0006_set_aside_open"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventRepeat",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=models.deletion.CASCADE,
                        primary_key=True,
                        related_name="repeat",
                        serialize=False,
                        to="events.event",
                    ),
                ),
                ("count", models.PositiveIntegerField(help_text="How often it came after the first time.")),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "db_table": "event_repeats",
            },
        ),
    ]
