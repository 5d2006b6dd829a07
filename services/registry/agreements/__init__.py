"""Memoranda of understanding (MSP) between an organisation and the ministry."""
