"""From an event to a proposal."""
