"""Learns how an organisation books its events, and proposes balanced journal entries."""
