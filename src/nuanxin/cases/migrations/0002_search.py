from django.db import migrations

from nuanxin.kernel.search.operations import CreateSearchTable


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [CreateSearchTable("cases_search")]
