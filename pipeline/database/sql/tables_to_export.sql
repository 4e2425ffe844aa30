-- tables_to_export: one row a table of the database, and whether its rows are of waves.
-- Reads: what DuckDB knows of the schema coded.
select table_name, bool_or(column_name = 'wave') as has_wave
from duckdb_columns()
join duckdb_tables() using (schema_name, table_name)
where schema_name = 'coded'
group by table_name
order by table_name
