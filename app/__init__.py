"""The workbench: pages, command line and the use cases that join engine and storage."""
