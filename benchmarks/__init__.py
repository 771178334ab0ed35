"""Speed and memory, reported as JSON with the machine they were taken on. Ratios within one run are what counts."""
