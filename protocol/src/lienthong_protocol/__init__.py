"""The bytes both sides of an exchange agree on. Pure: no I/O, clock, randomness or framework."""
