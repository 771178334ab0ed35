"""One use case a module: plain functions over a `Workbench`, without any page code."""
