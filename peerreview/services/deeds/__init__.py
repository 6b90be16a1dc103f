"""One deed on a review as one transaction: load, decide, carry out, write down, plan anew, commit.

Begin with change.py. Open to frame, organisations, people, conflicts, team, materials, foresight, agreement,
questions, report, meetings, evaluation, examples, workflows, lead, review, rounds, pairing, home, worker.
"""
