"""Registry: foreign NGOs, who acts for them, their files, licences, agreements, master plans, local partners, notices
of regional activities, measures, and the public register.

NGOs apply and propose; the Centre for Cooperation Facilitation (Pusat Fasker) decides and signs; the technical
unit (Satker) approves master plans too. Licences are evidence only: Foreign Affairs issues them (PP 59/2016, under
UU 17/2013 as changed by UU 16/2017). Regions, sectors, national priorities and development goals are lists kept here.
"""
