-- views_to_export: one row a view over the tables of answers or codes, as SQL.
-- Reads: what DuckDB knows of the schema coded.
select sql
from duckdb_views()
where schema_name = 'coded'
order by view_name
