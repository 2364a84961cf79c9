"""The `pytest-llmeval` command: one module per subcommand."""
