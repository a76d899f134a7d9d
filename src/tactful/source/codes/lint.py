"""Codes T9xx: parts of a pack that are legal but suspicious."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.codes.frames import RULE, Frame
from tactful.source.diagnostics import Code


class UnusedParameter(Code):
    """unused parameter

    What it reports
        No condition, deadline or sentence reads the parameter. `--fix` removes it.

    Why
        People who change it expect an effect.

    Example
        parameters: {patience: {value: 2 days, about: how long to wait}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: interview
            when: {interview.ended_at: at least 2 days ago}
            then: {may: call}
            because: a reason

    Instead
        parameters: {patience: {value: 2 days, about: how long to wait}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: interview
            when: {interview.ended_at: at least $patience ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T901"


class UnusedFact(Code):
    """unused computed fact

    What it reports
        No rule, invariant or sentence reads the computed fact, not even through other facts. `--fix` removes it.

    Why
        Either a rule was meant to read it, or it wastes the reader's time.

    Example
        facts: {person.writes: {when: {person.prefers: email}}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: person
            when: {person.prefers: email}
            then: {must_not: call}
            because: a reason

    Instead
        facts: {person.writes: {when: {person.prefers: email}}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: person
            when: {person.writes: yes}
            then: {must_not: call}
            because: a reason
    """

    id: ClassVar[str] = "T902"


class NeverHolds(Code):
    """contradicting conditions

    What it reports
        A rule can never fire, a computed fact can never hold, or an invariant is never checked, because its
        conditions on one field contradict each other. Numbers and lengths of time are compared, and an `unless`
        that holds whenever `when` does counts too.

    Why
        The rule seems to do something, but it does nothing.

    Example
        for each: interview
        when: {interview.ended_at: at most 2 days ago}
        unless: {interview.ended_at: less than 3 days ago}

    Instead
        for each: interview
        when: {interview.ended_at: at most 3 days ago}
        unless: {interview.ended_at: less than 2 days ago}
    """

    id: ClassVar[str] = "T903"
    frame: ClassVar[Frame | None] = RULE


class Redundant(Code):
    """redundant condition

    What it reports
        The other conditions on the same field already imply this one: with or without it, the rule fires for the
        same rows. `--fix` removes it.

    Why
        People who change it expect an effect.

    Example
        for each: application
        when:
          application.reply_by: at least 2 days ago
          all:
            - application.reply_by: known

    Instead
        for each: application
        when:
          application.reply_by: at least 2 days ago
    """

    id: ClassVar[str] = "T904"
    frame: ClassVar[Frame | None] = RULE


class AlwaysSetAside(Code):
    """recommendation that is always set aside

    What it reports
        Whenever the rule fires, a prohibition of its action or family fires too, for the same target or one that
        contains it, and wins: it is a safety rule, or its priority is at least that of every rule that recommends
        the action.

    Why
        Nobody will ever get this advice.

    Example
        actions: {call: {about: a call}}
        rules:
          never-call:
            source: a book
            for each: application
            when: {application.contact_policy: closed}
            then: {must_not: call}
            because: a reason
            safety: yes
          call-her:
            source: a book
            for each: person
            when: {application.contact_policy: closed, person.prefers: phone}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          never-call:
            source: a book
            for each: application
            when: {application.contact_policy: closed}
            then: {must_not: call}
            because: a reason
            safety: yes
          call-her:
            source: a book
            for each: person
            when: {person.prefers: phone}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T905"


class IdleAction(Code):
    """unused action

    What it reports
        No rule recommends the action, prohibits it or adds a step to it, nor to a kind of it.

    Why
        A list of actions that promises more than the rules can advise is misleading.

    Example
        actions: {call: {about: a call}, visit: {about: a visit}}
        rules:
          r:
            source: a book
            for each: person
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: person
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T906"


class Unsourced(Code):
    """rule without a reason or a source

    What it reports
        The rule's `because` is empty, or it has no `source`.

    Why
        People follow advice for its reasons, and a rule without a source cannot be looked up when somebody doubts
        it.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            source: our handbook, page 3
            for each: person
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T907"


class Gap(Code):
    """gap between the thresholds of two rules

    What it reports
        Two rules draw the same conclusion under conditions that differ in only one number, moment or date, and there is
        a range between them in which neither fires.

    Why
        The two thresholds were probably meant to be the same.

    Example
        actions: {call: {about: a call}}
        rules:
          soon:
            source: a book
            for each: interview
            when: {interview.ended_at: at most 2 days ago}
            then: {should: call}
            because: a reason
          late:
            source: a book
            for each: interview
            when: {interview.ended_at: more than 3 days ago}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          soon:
            source: a book
            for each: interview
            when: {interview.ended_at: at most 2 days ago}
            then: {should: call}
            because: a reason
          late:
            source: a book
            for each: interview
            when: {interview.ended_at: more than 2 days ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T908"


class Overlap(Code):
    """overlap between the thresholds of two rules

    What it reports
        Two rules draw the same conclusion under conditions that differ in only one number, moment or date, and there is
        a range in which both fire. Where the range of one rule lies inside the other's, it is taken to be intended.

    Why
        One rule was probably meant to take over where the other stops.

    Example
        actions: {call: {about: a call}}
        rules:
          soon:
            source: a book
            for each: interview
            when: {interview.ended_at: at most 3 days ago}
            then: {should: call}
            because: a reason
          late:
            source: a book
            for each: interview
            when: {interview.ended_at: more than 2 days ago}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          soon:
            source: a book
            for each: interview
            when: {interview.ended_at: at most 2 days ago}
            then: {should: call}
            because: a reason
          late:
            source: a book
            for each: interview
            when: {interview.ended_at: more than 2 days ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T909"


class NotAllCompared(Code):
    """pack with too many conditions to compare

    What it reports
        Comparing the conditions of the pack with each other would take too many steps, so some were not compared.

    Why
        A check ends in bounded time for every pack. Some warnings may be missing.

    Example
        (thousands of recommendations and prohibitions of the same action in one pack)

    Instead
        (several packs, each checked by itself)
    """

    id: ClassVar[str] = "T910"
