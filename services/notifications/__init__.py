"""notifications: who hears of what.

Owns the inboxes of NGO people, officials and regions, and the subscriptions of other systems with their feed.
It decides nothing about anybody; it tells what registry, reporting and recommendations have published. Local
governments are told because they answer for what happens in their region (PP 59/2016, Permendagri 49/2010).
"""
