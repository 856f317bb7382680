"""The exchange between a national population register and the systems of a country's agencies."""
