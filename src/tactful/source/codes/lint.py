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
        (several packs, each checked separately)
    """

    id: ClassVar[str] = "T910"


class OtherText(Code):
    """text that is not what it seems to be

    What it reports
        A ` #` in a sentence begins a comment, so the rest is not a part of the sentence; typographic quotes around a
        text are a part of it; or a text in a condition reads like a phrase (`Unknown`, `Not Acme`), like a yes/no, or
        like several texts (`Acme or Beta`, `contains senior, lead`). In quotes, such a text is taken as it stands.
        A sentence that names a fact or a parameter outside of braces is reported too, and so is a text of a table with braces.

    Why
        People would read half of the sentence, and a condition on the text would hardly ever hold.

    Example
        because: they wrote it in ticket #12

    Instead
        because: "they wrote it in ticket #12"
    """

    id: ClassVar[str] = "T911"
    frame: ClassVar[Frame | None] = RULE


class PassesMidnight(Code):
    """times of day in the wrong order

    What it reports
        A condition holds between two parameters, of which the first is the later time of day, so that it holds through
        midnight. Or it holds between two times that are the same, so that it holds for a second.

    Why
        Somebody could be called at night. Where that is meant, write the times themselves into the condition.

    Example
        parameters: {opens: {value: "17:00", about: a}, closes: {value: "09:00", about: a}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: person
            when: {person.local_time: between $opens and $closes}
            then: {may: call}
            because: a reason

    Instead
        parameters: {opens: {value: "09:00", about: a}, closes: {value: "17:00", about: a}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: person
            when: {person.local_time: between $opens and $closes}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T912"


class UnreachableRow(Code):
    """row of a table that no case reaches

    What it reports
        The rows above cover every case that the row covers, or no case has its values. Or there is an `otherwise` below a row
        that matches in every case.

    Why
        The first row that matches counts, so the value of this row is never used.

    Example
        tables:
          application.wait:
            by: [application.status]
            gives: duration
            rows:
              - [any, 3 days]
              - [applied, 5 days]
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when: {application.reply_by: at least application.wait ago}
            then: {may: call}
            because: a reason

    Instead
        tables:
          application.wait:
            by: [application.status]
            gives: duration
            rows:
              - [applied, 5 days]
              - [any, 3 days]
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when: {application.reply_by: at least application.wait ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T913"


class RowsDiffer(Code):
    """rows of a table that contradict each other

    What it reports
        The table says `only one: yes`, but two of its rows hold for the same case and give different values.

    Why
        The order of the rows decides, although it was not meant to.

    Example
        tables:
          application.wait:
            by: [application.status]
            gives: duration
            only one: yes
            rows:
              - [[applied, offered], 3 days]
              - [[offered, interviewing], 5 days]
            otherwise: 1 days
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when: {application.reply_by: at least application.wait ago}
            then: {may: call}
            because: a reason

    Instead
        tables:
          application.wait:
            by: [application.status]
            gives: duration
            only one: yes
            rows:
              - [applied, 3 days]
              - [[offered, interviewing], 5 days]
            otherwise: 1 days
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when: {application.reply_by: at least application.wait ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T914"


class Uncovered(Code):
    """values for which a table has no row

    What it reports
        The table has no `otherwise`, and no row covers these values of its columns. Only tables whose columns all have
        a fixed set of values are checked.

    Why
        The fact is unknown for such a case, and rules that read it do not fire.

    Example
        tables:
          application.wait:
            by: [candidate.employed]
            gives: duration
            rows:
              - [yes, 3 days]
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when: {application.reply_by: at least application.wait ago}
            then: {may: call}
            because: a reason

    Instead
        tables:
          application.wait:
            by: [candidate.employed]
            gives: duration
            rows:
              - [yes, 3 days]
            otherwise: 5 days
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: application
            when: {application.reply_by: at least application.wait ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T915"


class EmptyFile(Code):
    """empty file in a folder of rules

    What it reports
        A file of the pack has no entries.

    Why
        It may have been emptied by mistake.

    Example
        (a folder with `rules.yaml` and an empty `parameters.yaml`)

    Instead
        (the folder without `parameters.yaml`)
    """

    id: ClassVar[str] = "T916"


class SingleDay(Code):
    """dated value that counts before its day

    What it reports
        `values` has a single day. Before the first day, the first value holds, so the value counts on every day. An
        overlay that gives `values` replaces the value of the packs below, which does not count before that day either.

    Why
        The author probably wants another value until then.

    Example
        parameters:
          patience: {values: {2027-01-01: 10 days}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: interview
            when: {interview.ended_at: at least $patience ago}
            then: {may: call}
            because: a reason

    Instead
        parameters:
          patience: {values: {2026-01-01: 7 days, 2027-01-01: 10 days}}
        actions: {call: {about: a call}}
        rules:
          r:
            source: a book
            for each: interview
            when: {interview.ended_at: at least $patience ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T917"


class NewerForm(Code):
    """hint at a shorter form

    What it reports
        Several alternatives for a field could be a single list of phrases, or several rules write out the same wait,
        which could be a parameter or a fact. This is a hint and not a warning: `--strict` ignores it.

    Why
        A wait that is defined once can be changed in one place.

    Example
        (`any:` with `- person.prefers: email` and `- person.prefers: phone` below it)

    Instead
        (`person.prefers: [email, phone]`)
    """

    id: ClassVar[str] = "T950"
