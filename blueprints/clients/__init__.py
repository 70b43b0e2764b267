"""The persons served and their case: contacts, alerts, timeline."""
