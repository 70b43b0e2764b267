"""Paired tablets."""
