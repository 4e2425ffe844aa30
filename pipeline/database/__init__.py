"""The database: its tables, how they are filled, checked, weighted and flagged, and how they are opened."""
