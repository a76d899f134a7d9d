"""A plan prepared for people, whatever the output format: strands, a dated agenda, and lanes for charts."""

from tactful.formats.agenda.entries import Agenda, AgendaDay, Entry, agenda
from tactful.formats.agenda.lanes import Day, Group, days, groups, holidays, said_holidays
from tactful.formats.agenda.strands import Run, Strand, seconds, strands

__all__ = [
    "Agenda",
    "AgendaDay",
    "Day",
    "Entry",
    "Group",
    "Run",
    "Strand",
    "agenda",
    "days",
    "groups",
    "holidays",
    "said_holidays",
    "seconds",
    "strands",
]
