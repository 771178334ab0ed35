"""Tables of any program: one engine for CSV and spreadsheets, led by a `Mapping` that is found, preset or saved."""
