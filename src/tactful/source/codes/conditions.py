"""Codes T4xx: names, types and conditions of rules."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class MalformedPhrase(Code):
    """a phrase cannot be read

    What it reports
        A line of a condition begins like a phrase and does not go on as one.

    Why
        It would be taken for a text, and never hold.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.topics: between two}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.topics: some}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T401"


class UnknownField(Code):
    """a field that there is not

    What it reports
        An entity does not have the field that is asked for.

    Why
        A misspelt field would never be known, and the rule would never fire.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.preferes: email}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.prefers: email}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T402"


class OutOfScope(Code):
    """an entity that the rule does not range over

    What it reports
        A condition or a sentence speaks of an entity that is not there, or of which there are several.

    Why
        A rule for each person has one person and one application in view, not one interview.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {interview.stage: final}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {application.status: interviewing}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T403"


class WrongPhrase(Code):
    """a phrase that the field's type does not allow

    What it reports
        A phrase is asked of a field whose type does not allow it.

    Why
        There is no answer to whether a channel lies two days back.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.prefers: at least 2 days ago}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.prefers: email}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T404"


class WrongValue(Code):
    """a value that the field cannot have

    What it reports
        A value is asked for that the field cannot have.

    Why
        The condition could never hold.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.prefers: e-mail}
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.prefers: email}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T405"


class UnknownParameter(Code):
    """a parameter that there is not

    What it reports
        A `$name` stands for no parameter of the pack.

    Why
        There is no value to put in its place.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {application.reply_by: at least $grace ago}
            then: {may: call}
            because: a reason

    Instead
        parameters: {grace: {value: 2 days, about: patience}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {application.reply_by: at least $grace ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T406"


class WrongParameter(Code):
    """a parameter's value does not fit where it is used

    What it reports
        A parameter's value does not fit the place where it is used.

    Why
        A number without a unit says nothing about time.

    Example
        parameters: {grace: {value: 2, about: patience}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {application.reply_by: at least $grace ago}
            then: {may: call}
            because: a reason

    Instead
        parameters: {grace: {value: 2 days, about: patience}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {application.reply_by: at least $grace ago}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T407"


class CircularFacts(Code):
    """computed facts follow from each other in a circle

    What it reports
        A computed fact follows from others which, in the end, follow from it.

    Why
        Neither could ever be told.

    Example
        facts:
          person.a: {when: {person.b: yes}}
          person.b: {when: {person.a: yes}}

    Instead
        facts:
          person.a: {when: {person.b: yes}}
          person.b: {when: {person.prefers: email}}
    """

    id: ClassVar[str] = "T408"


class BadPlaceholder(Code):
    """a placeholder cannot be read

    What it reports
        Braces in a sentence do not hold a name that can be looked up.

    Why
        Placeholders are looked up and never evaluated, so nothing but a name may stand in them.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}
            because: "{person.__class__}"

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}
            because: "{person.name|they}"
    """

    id: ClassVar[str] = "T409"


class UnknownAction(Code):
    """an action that there is not

    What it reports
        A rule or an invariant names an action that is not in the catalogue.

    Why
        Nobody could say what it means.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: cal}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T410"


class CircularActions(Code):
    """actions are kinds of each other in a circle

    What it reports
        An action is a kind of another which, in the end, is a kind of the first.

    Why
        A family has to have a head.

    Example
        actions:
          call: {is_a: contact}
          contact: {is_a: call}

    Instead
        actions:
          call: {is_a: contact}
          contact: {about: reach somebody}
    """

    id: ClassVar[str] = "T411"


class BadTarget(Code):
    """a conclusion's target is no entity in scope

    What it reports
        `to` names nobody whom the rule has in view.

    Why
        The advice would concern nobody.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call, to: interview}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call, to: person}
            because: a reason
    """

    id: ClassVar[str] = "T412"


class BadDeadline(Code):
    """a deadline does not follow from a moment

    What it reports
        `by` counts from something that is no moment.

    Why
        A deadline needs a moment to count from.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            by: 2 days after application.status
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            by: 2 days after application.reply_by
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T413"


class SafetyReadsParameter(Code):
    """a safety rule depends on a parameter

    What it reports
        A safety rule depends on a parameter, by itself or through a computed fact.

    Why
        Whoever changes the parameter would loosen the rule.

    Example
        parameters: {times: {value: 2, about: patience}}
        facts: {person.asked: {count: message}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.asked: at least $times}
            then: {must_not: call}
            because: a reason
            safety: yes

    Instead
        facts: {person.asked: {count: message}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.asked: at least 2}
            then: {must_not: call}
            because: a reason
            safety: yes
    """

    id: ClassVar[str] = "T414"


class BadCollection(Code):
    """a computed fact ranges over what it cannot range over

    What it reports
        A computed fact ranges over something of which there is only one, or looks at a field where it
        should name an entity.

    Why
        There would be nothing to count.

    Example
        facts: {person.x: {count: application}}

    Instead
        facts: {candidate.x: {count: application}}
    """

    id: ClassVar[str] = "T415"


class EmptyRange(Code):
    """a range that nothing can lie in

    What it reports
        The two ends of `between` are the wrong way round.

    Why
        Nothing could lie between them.

    Example
        facts: {person.asked: {count: message}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.asked: between 5 and 2}
            then: {may: call}
            because: a reason

    Instead
        facts: {person.asked: {count: message}}
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: {person.asked: between 2 and 5}
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T416"


class NameTaken(Code):
    """a name that a given fact has already

    What it reports
        A custom or computed fact has the name of one that is there already.

    Why
        Rules could not tell the two apart.

    Example
        facts: {person.prefers: {when: {person.role: recruiter}}}

    Instead
        facts: {person.wants_email: {when: {person.prefers: email}}}
    """

    id: ClassVar[str] = "T417"


class BadSafety(Code):
    """safety on what is no prohibition

    What it reports
        `safety: yes` stands on a recommendation or a step.

    Why
        Safety rules say what must not be advised.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}
            because: a reason
            safety: yes

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {must_not: call}
            because: a reason
            safety: yes
    """

    id: ClassVar[str] = "T418"
