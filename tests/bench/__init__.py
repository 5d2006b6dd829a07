"""`make bench`: what the event core costs and how fast it is, beside the least that the same work can cost.

Every figure is a ratio of two things that ran in turns on one machine. docs/reports/bench.md has the last full run.
"""
