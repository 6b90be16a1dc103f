"""What a review was worth and what it cost: evaluations, hours, follow-up, compiled without names.

Begin with answer_evaluation.py. No other folder of services imports it.
"""
