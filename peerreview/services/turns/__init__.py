"""Whose turn it is, by when, what is to do and what it waits for; and the words in which lists and mails say so.

Begin with turns.py. Open to mail, deeds, frame, organisations, people, conflicts, team, materials, foresight,
agreement, questions, report, meetings, evaluation, examples, workflows, lead, review, rounds, pairing, home,
worker.
"""
