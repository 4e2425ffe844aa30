"""Files of survey tools as cells: text, spreadsheets, SPSS and Parquet; and the headings of each tool."""
