"""Review questions: written by one side about another, sent, answered, noted on.

Begin with edit_questions.py. No other folder of services imports it.
"""
