"""Statistics: estimates, intervals and tests of plain numbers; nothing here knows of records."""
