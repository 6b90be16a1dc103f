"""Mail that is planned, waits for a digest, is being sent or has been.

Begin with outbox.py. Open to case, upkeep.
"""
