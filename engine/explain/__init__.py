"""Why a proposal looks the way it does, as data: every number is the predictor's own answer to another question."""
