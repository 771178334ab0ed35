"""Readers of bank statements: events that wait for their entries, not entries.

CAMT, OFX and MT940 are read by code of our own, not by a library: what a library gives back has lost which row a
refused line stood in and which balance belongs to which page, it stops at the first fault, and XML would come in
past the one door that bounds it.
"""
