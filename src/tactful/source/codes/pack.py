"""Codes T3xx: the files of a pack do not fit together."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class UnreadablePack(Code):
    """a pack's file or folder cannot be read

    What it reports
        A pack's file cannot be opened, or its folder has no YAML file in it.

    Why
        There are no rules to go by.

    Example
        (tactful check rules-that-are-not-there.yaml)

    Instead
        (tactful check default)
    """

    id: ClassVar[str] = "T301"


class UnknownKey(Code):
    """a key that has no meaning here

    What it reports
        A key stands where it has no meaning.

    Why
        A misspelt key would be left out of account in silence.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            wen: {person.prefers: email}
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

    id: ClassVar[str] = "T302"


class MissingKey(Code):
    """a key that has to be there is missing

    What it reports
        A key is missing that has to be there, such as a rule's `because`.

    Why
        Advice without a reason cannot be explained to the person who gets it.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T303"


class WrongShape(Code):
    """a mapping, a list or a single value stands where another is wanted

    What it reports
        A mapping, a list or a single value stands where another of them belongs.

    Why
        What was meant cannot be told from the shape.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when: email
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

    id: ClassVar[str] = "T304"


class DefinedTwice(Code):
    """two files of one pack define the same id

    What it reports
        Two files of one pack, or two places in them, define the same id.

    Why
        It would hang on the order of the files which one counts.

    Example
        (rules/a.yaml and rules/b.yaml that both have a rule `call-her`)

    Instead
        (give one of the rules another id)
    """

    id: ClassVar[str] = "T305"


class NothingToChange(Code):
    """an overlay changes or switches off what its base does not have

    What it reports
        An overlay changes or switches off something that its base does not have.

    Why
        Most likely the name is misspelt, and the change would have no effect.

    Example
        extends: default
        rules:
          thank-you-notes: {priority: 90}

    Instead
        extends: default
        rules:
          thank-you-note: {priority: 90}
    """

    id: ClassVar[str] = "T306"


class CircularExtends(Code):
    """packs extend each other in a circle

    What it reports
        A pack extends another which, in the end, extends the first.

    Why
        There is no lowest pack to begin with.

    Example
        (a.yaml with `extends: b.yaml`, and b.yaml with `extends: a.yaml`)

    Instead
        (take one of the two `extends` away)
    """

    id: ClassVar[str] = "T307"


class BadExtends(Code):
    """extends names no pack that may be read

    What it reports
        `extends` names neither a shipped pack nor a file or folder beside this one.

    Why
        A rule file may build on what is beside it, and on nothing else of the machine.

    Example
        extends: /etc/rules

    Instead
        extends: default
    """

    id: ClassVar[str] = "T308"


class SafetyChanged(Code):
    """an overlay loosens a safety rule

    What it reports
        An overlay changes when a safety rule holds, or switches it off without saying why.

    Why
        Safety rules are what policy owners rely on. Their words and rank may change; what they forbid may
        not.

    Example
        extends: default
        rules:
          stated-preference: off

    Instead
        extends: default
        rules:
          stated-preference: {off: yes, because: agreed with the works council}
    """

    id: ClassVar[str] = "T309"


class BadName(Code):
    """an id or a name is not written as one

    What it reports
        An id or a name is not written as one: small letters, digits and underscores, in ids of rules
        hyphens too.

    Why
        Names stand in conditions and sentences, where a blank or a dot would end them.

    Example
        actions: {Call Her: {about: a call}}

    Instead
        actions: {call_her: {about: a call}}
    """

    id: ClassVar[str] = "T310"


class BadSetting(Code):
    """a setting has a value that it cannot have

    What it reports
        A setting has a value out of its range, or says two things at once.

    Why
        What was meant cannot be told.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            priority: 900
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            priority: 90
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T311"
