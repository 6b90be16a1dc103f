"""Passwords, guesses, devices, links and sessions: who is there. And the mails that tell of an account.

Begin with sessions.py. Open to people, home.
"""
