"""Models under test: what is asked, what is answered, and how calls are made ahead of need."""
