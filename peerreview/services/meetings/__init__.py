"""Meetings: planned, moved, noted on, put into calendars.

Begin with edit_meetings.py. Open to home.
"""
