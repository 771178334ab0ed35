"""The script that Streamlit runs for every page.

It lies alone in its folder: where a folder ``pages`` stands beside the script, Streamlit takes the app for
one of its old kind, and opens the first deep link after a start without the frame of `app.main`.
"""

from __future__ import annotations

from app.main import draw

draw()
