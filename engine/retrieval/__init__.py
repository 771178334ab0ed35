"""Finds earlier entries that are like an event."""
