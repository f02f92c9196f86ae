from django.db import migrations

from nuanxin.kernel.search.operations import CreateSearchTable


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [CreateSearchTable("places_search")]
