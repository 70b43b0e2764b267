"""Rounds: who goes where and when, what became of it; the supervisor's planning."""
