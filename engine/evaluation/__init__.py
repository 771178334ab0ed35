"""Measures how right proposals are: metrics, protocol, peers. The only figures that are quoted come from here."""
