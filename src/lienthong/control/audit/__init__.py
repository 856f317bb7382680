"""What was done, by whom, when: one event per act, in the transaction of the act."""
