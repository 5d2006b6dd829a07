"""What NGOs owe and deliver: obligations, annual work plans (RKT), reports, visits of guests, stories.

The NGO submits; the technical unit (Satker) decides on work plans, the Centre for Cooperation Facilitation
(Fasker) on reports and stories; the regions' Kesbangpol answer visits. Law: UU 17/2013 art. 51 and 52,
PP 59/2016, Permendagri 49/2010 art. 8 and 19. When what is due: `obligations/rules.py`.
"""
