"""Measures and sanctions against organisations (UU 17/2013 as changed by UU 16/2017, PP 59/2016).

The ministry's own are decided by the head of the Centre; a stop of activities suspends the organisation and a closing
closes it in the same transaction, so that the register never says one thing and the measure another. External ones are
other bodies' decisions, recorded as evidence: here they change nothing.
"""
