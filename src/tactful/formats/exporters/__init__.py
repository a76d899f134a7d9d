"""Plans in the formats of others: SVG, HTML and iCalendar."""
