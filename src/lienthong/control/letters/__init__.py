"""Keeps letters that came and went, and the files behind them."""
