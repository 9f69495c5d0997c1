"""Prompt texts with checked variables, read by `kb.prompting`; no code lives here."""
