"""One mail: planned, put off into a digest, told at once, put into a calendar, put into the outbox. Knows cases,
no deeds.

Begin with plan.py. Open to deeds, frame, login, organisations, people, conflicts, team, materials, foresight,
agreement, questions, report, meetings, evaluation, examples, workflows, lead, review, rounds, pairing, home,
worker.
"""
