"""Answers as files: what was filled of a form, as CSV, XLSX, JSON or XML."""
