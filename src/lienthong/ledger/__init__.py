"""The log: append, heads, notary, witness, verification."""
