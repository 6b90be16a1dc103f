"""What has been done with people, accounts and organisations: one chain of lines, and how they read.

Begin with register.py. Open to login, organisations, people, conflicts, team, foresight, lead.
"""
