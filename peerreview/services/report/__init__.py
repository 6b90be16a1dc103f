"""Reports: written, compared, commented on, marked as ready.

Begin with edit_report.py. Open to meetings.
"""
