"""The agency's side of an exchange: sign, call, verify, keep the journal."""
