"""The first and last day of a period's ISO text, so that the database can filter and sort by them."""

from django.db import migrations

FIRST = r"""
CREATE FUNCTION records_period_first(period text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT CASE WHEN period = '' THEN NULL ELSE make_date(
        substr(period, 1, 4)::int,
        CASE WHEN period ~ '^\d{4}-Q' THEN 3 * substr(period, 7, 1)::int - 2
             WHEN period ~ '^\d{4}-\d\d' THEN substr(period, 6, 2)::int
             ELSE 1 END,
        CASE WHEN period ~ '^\d{4}-\d\d-\d\d' THEN substr(period, 9, 2)::int ELSE 1 END
    ) END
$$
"""

LAST = r"""
CREATE FUNCTION records_period_last(period text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT CASE
        WHEN ends ~ '^\d{4}-\d\d-\d\d$' THEN make_date(
            substr(ends, 1, 4)::int, substr(ends, 6, 2)::int, substr(ends, 9, 2)::int)
        WHEN ends <> '' THEN (make_date(
            substr(ends, 1, 4)::int,
            CASE WHEN ends ~ '-Q' THEN 3 * substr(ends, 7, 1)::int
                 WHEN ends ~ '-' THEN substr(ends, 6, 2)::int
                 ELSE 12 END,
            1) + interval '1 month' - interval '1 day')::date
        END
    FROM (SELECT split_part(period, '/', -1) AS ends) AS point
$$
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        migrations.RunSQL(FIRST, "DROP FUNCTION records_period_first(text)"),
        migrations.RunSQL(LAST, "DROP FUNCTION records_period_last(text)"),
    ]
