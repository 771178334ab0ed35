"""The folder of the one script that Streamlit runs."""
