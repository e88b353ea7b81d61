# The words of votes, for fans and for organisers.
