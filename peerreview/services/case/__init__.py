"""One review, read: its rows become facts, and it is held frozen for whoever may see it. Writes nothing of its
own.

Begin with opening.py. Open to terms, turns, mail, deeds, frame, login, organisations, people, conflicts, team,
materials, foresight, agreement, questions, report, meetings, evaluation, examples, workflows, lead, review,
rounds, pairing, home, worker.
"""
