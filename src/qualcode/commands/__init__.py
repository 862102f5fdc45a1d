"""The subcommands that people type, a module each; `common.py` holds what they share."""
