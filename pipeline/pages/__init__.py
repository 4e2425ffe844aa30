"""What is printed of tables: grids, notes, workbook, manifest, and the templates of the pages."""
