"""Charts as SVG made on the server: no script, no inline style, letters that keep their size on a phone."""
