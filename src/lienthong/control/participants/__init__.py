"""Keeps bodies, their mandates, systems, keys, contact officers and rosters of officers."""
