"""Recommendations: letters of the ministry's Centre for Cooperation Facilitation (Fasker) to other ministries.

Owns the requests of foreign NGOs for foreign staff and for tax relief, the decisions on them, the numbered letters with
their public verification, and the places that foreign staff take up. A fasker_officer reviews, a fasker_head signs. A
letter recommends; visa, permit and relief are decided elsewhere.

Law: PP 59/2016 (art. 25: at most three foreign staff, five years each), PMK 69/2012 and 70/2012, since replaced by
PMK 99/2025. Limits and legal bases are rows with the time in which they hold: migrations/0002_legal_rules.sql.
"""
