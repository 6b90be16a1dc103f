"""What a deed would mean, before it is done; and what its page listed, so that nothing else is done.

Begin with meaning.py. Open to agreement, report, workflows, lead, review.
"""
