"""Tables to documents: one model of a table (`model.py`), what goes into each (`content.py`), and a writer a format."""
