"""Plans in other formats: SVG, HTML and iCalendar."""
