"""Codes T9xx: legal in a pack, and suspicious."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnusedParameter(Code):
    """a parameter that nothing reads

    What it reports
        No condition, deadline or sentence reads the parameter. `--fix` takes it out.

    Why
        Whoever turns it expects something to change.

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
    """a computed fact that no rule reads

    What it reports
        No rule, invariant or sentence reads the computed fact, and no fact that one of them reads does. `--fix` takes
        it out.

    Why
        It may be that a rule was meant to read it; if not, readers lose time on it.

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
    """conditions that contradict each other

    What it reports
        A rule can never fire, a computed fact is never so, or an invariant is never checked: what its conditions ask of
        one field cannot be. Numbers and lengths of time count, and so does an `unless` that holds wherever `when` does.

    Why
        The rule looks as if it did something.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: interview
            when: {interview.ended_at: at most 2 days ago}
            unless: {interview.ended_at: less than 3 days ago}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: interview
            when: {interview.ended_at: at most 3 days ago}
            unless: {interview.ended_at: less than 2 days ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T903"


class Redundant(Code):
    """a condition that adds nothing

    What it reports
        The other conditions on the same field say it already: with and without it, the rule fires for the same rows.
        `--fix` takes it out.

    Why
        Whoever changes it expects something to change.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when:
              application.reply_by: at least 2 days ago
              all:
                - application.reply_by: known
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when:
              application.reply_by: at least 2 days ago
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T904"


class AlwaysSetAside(Code):
    """a recommendation that a prohibition always sets aside

    What it reports
        Wherever the rule fires, a prohibition of its action or family fires too, for the same target or around it, and
        wins: it is a matter of safety, or of no lower priority than any rule that recommends the action.

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
    """an action that no rule is about

    What it reports
        No rule recommends the action, forbids it or adds a step to it, or does so for a kind of it.

    Why
        A catalogue that promises more than the rules can advise misleads whoever reads it.

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
    """a rule that does not say why, or where that comes from

    What it reports
        The rule's `because` is empty, or it has no `source`.

    Why
        Advice is followed for its reasons, and a rule without a source cannot be looked up when it is doubted.

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
    """sibling rules with a gap between their thresholds

    What it reports
        Two rules draw the same conclusion under conditions that are alike but for one number or moment, and between the
        stretches in which they fire there is one in which neither does.

    Why
        Mostly two thresholds were meant to be the same.

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
    """sibling rules whose thresholds overlap

    What it reports
        Two rules draw the same conclusion under conditions that are alike but for one number or moment, and the
        stretches in which they fire overlap. Where one lies inside the other, that is taken to be meant.

    Why
        Mostly one rule was to take over from the other.

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
