"""What work plans and reports share: the way of a submission, its immutable versions, their decisions."""
