"""The rules of the law and of the exchange, as pure values and decisions."""
