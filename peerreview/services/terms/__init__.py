"""What a review has agreed: the terms as they are typed and kept, its versions, its days as they are today.

Begin with agreement_terms.py. Open to turns, mail, deeds, frame, organisations, people, conflicts, team,
materials, foresight, agreement, questions, report, meetings, evaluation, examples, workflows, lead, review,
rounds, pairing, home, worker.
"""
