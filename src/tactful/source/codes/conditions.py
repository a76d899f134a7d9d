"""Codes T4xx: names, types and conditions of rules."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.codes.frames import RULE, Frame
from tactful.source.diagnostics import Code


class MalformedPhrase(Code):
    """malformed phrase

    What it reports
        A condition begins like a phrase but does not continue like one.

    Why
        It would be taken for a text, and the condition would never hold.

    Example
        when: {person.topics: between two}

    Instead
        when: {person.topics: some}
    """

    id: ClassVar[str] = "T401"
    frame: ClassVar[Frame | None] = RULE


class UnknownField(Code):
    """unknown field

    What it reports
        An entity has no field of this name.

    Why
        A misspelt field would never be known, so the rule would never fire.

    Example
        when: {person.preferes: email}

    Instead
        when: {person.prefers: email}
    """

    id: ClassVar[str] = "T402"
    frame: ClassVar[Frame | None] = RULE


class OutOfScope(Code):
    """entity out of scope

    What it reports
        A condition or a sentence refers to an entity that is not in the rule's scope, or of which there may be several.

    Why
        A rule for each person has one person and one application in scope, but no particular interview.

    Example
        when: {interview.stage: final}

    Instead
        when: {application.status: interviewing}
    """

    id: ClassVar[str] = "T403"
    frame: ClassVar[Frame | None] = RULE


class WrongPhrase(Code):
    """phrase that does not fit the field's type

    What it reports
        The field's type does not allow this phrase.

    Why
        A channel cannot be two days ago.

    Example
        when: {person.prefers: at least 2 days ago}

    Instead
        when: {person.prefers: email}
    """

    id: ClassVar[str] = "T404"
    frame: ClassVar[Frame | None] = RULE


class WrongValue(Code):
    """value that the field cannot have

    What it reports
        A condition asks for a value that the field cannot have.

    Why
        The condition could never hold.

    Example
        when: {person.prefers: e-mail}

    Instead
        when: {person.prefers: email}
    """

    id: ClassVar[str] = "T405"
    frame: ClassVar[Frame | None] = RULE


class UnknownParameter(Code):
    """unknown parameter

    What it reports
        The pack has no parameter of the name after the `$`.

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
    """parameter whose value does not fit

    What it reports
        A parameter's value does not fit the place where it is used.

    Why
        A number without a unit is not a length of time.

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
    """circular computed facts

    What it reports
        A computed fact depends on itself, directly or through other facts.

    Why
        None of them could ever be computed.

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
    """malformed placeholder

    What it reports
        The braces in a sentence do not contain a name.

    Why
        Placeholders are looked up and never evaluated, so they can contain nothing but a name.

    Example
        because: "{person.__class__}"

    Instead
        because: "{person.name|they}"
    """

    id: ClassVar[str] = "T409"
    frame: ClassVar[Frame | None] = RULE


class UnknownAction(Code):
    """unknown action

    What it reports
        A rule or an invariant names an action that the pack does not define.

    Why
        Nobody would know what the advice means.

    Example
        then: {may: cal}

    Instead
        then: {may: call}
    """

    id: ClassVar[str] = "T410"
    frame: ClassVar[Frame | None] = RULE


class CircularActions(Code):
    """circular family of actions

    What it reports
        An action is a kind of itself, directly or through other actions.

    Why
        A family of actions needs a most general member.

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
    """target that is not in scope

    What it reports
        `to` names an entity that is not in the rule's scope.

    Why
        It would not be clear whom the advice concerns.

    Example
        then: {may: call, to: interview}

    Instead
        then: {may: call, to: person}
    """

    id: ClassVar[str] = "T412"
    frame: ClassVar[Frame | None] = RULE


class BadDeadline(Code):
    """deadline without a moment

    What it reports
        `by` counts from a field that is not a moment.

    Why
        A deadline needs a moment to count from.

    Example
        by: 2 days after application.status

    Instead
        by: 2 days after application.reply_by
    """

    id: ClassVar[str] = "T413"
    frame: ClassVar[Frame | None] = RULE


class SafetyReadsParameter(Code):
    """safety rule that depends on a parameter

    What it reports
        A safety rule reads a parameter, directly or through a computed fact.

    Why
        Changing the parameter could loosen the rule.

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
    """collection that a computed fact cannot range over

    What it reports
        A computed fact ranges over an entity that occurs only once for each row of the fact, or it names a field
        instead of an entity.

    Why
        There would be nothing to count.

    Example
        facts: {person.x: {count: application}}

    Instead
        facts: {candidate.x: {count: application}}
    """

    id: ClassVar[str] = "T415"


class EmptyRange(Code):
    """empty range

    What it reports
        The two ends of `between` are in the wrong order.

    Why
        No value could lie between them.

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
    """name that is already taken

    What it reports
        A custom or computed fact has the name of an existing field.

    Why
        Rules could not tell the two apart.

    Example
        facts: {person.prefers: {when: {person.role: recruiter}}}

    Instead
        facts: {person.wants_email: {when: {person.prefers: email}}}
    """

    id: ClassVar[str] = "T417"


class BadSafety(Code):
    """safety rule that is not a prohibition, or not always in force

    What it reports
        A rule with `safety: yes` recommends something or adds a step, or it has `from` or `until`.

    Why
        Safety rules say what must never be advised.

    Example
        then: {may: call}
        safety: yes

    Instead
        then: {must_not: call}
        safety: yes
    """

    id: ClassVar[str] = "T418"
    frame: ClassVar[Frame | None] = RULE
