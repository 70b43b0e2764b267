"""Answers as rows that can be asked, of any form: what was answered to a question, when, and about whom."""
