"""Who sits for a side: appointed, asked from elsewhere, deputised for, away.

Begin with appoint_members.py. Open to review, home, worker.
"""
