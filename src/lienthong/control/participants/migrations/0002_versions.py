from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("participants", "0001_initial")]

    operations = [
        migrations.AddField("mandate", "version", models.IntegerField(default=1)),
        migrations.AddField("contactofficer", "version", models.IntegerField(default=1)),
    ]
