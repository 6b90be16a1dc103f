"""What every page of a review or a round shows around its own: its head, where it stands, this step.

Begin with review_head.py. Open to organisations, people, conflicts, team, materials, foresight, agreement,
questions, report, meetings, evaluation, examples, workflows, lead, review, rounds, pairing, home, worker.
"""
