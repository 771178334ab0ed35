"""The tests; a package so that `tests.builders` is ours and not another distribution's."""
