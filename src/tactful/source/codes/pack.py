"""Codes T3xx: the files of a pack do not fit together."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.codes.frames import RULE, Frame
from tactful.source.diagnostics import Code


class UnreadablePack(Code):
    """unreadable pack

    What it reports
        A file of the pack cannot be opened, it is empty, or its folder has no YAML file.

    Why
        Without rules there is nothing to decide by.

    Example
        (tactful check rules-that-are-not-there.yaml)

    Instead
        (tactful check default)
    """

    id: ClassVar[str] = "T301"


class UnknownKey(Code):
    """unknown key

    What it reports
        A key has no meaning where it is written.

    Why
        A misspelt key would otherwise be ignored without a message.

    Example
        wen: {person.prefers: email}

    Instead
        when: {person.prefers: email}
    """

    id: ClassVar[str] = "T302"
    frame: ClassVar[Frame | None] = RULE


class MissingKey(Code):
    """missing key

    What it reports
        A required key is missing, such as a rule's `because`.

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
    """mapping, list or single value in the wrong place

    What it reports
        There is a mapping, a list or a single value where another of these three belongs.

    Why
        Its meaning could only be guessed.

    Example
        when: email

    Instead
        when: {person.prefers: email}
    """

    id: ClassVar[str] = "T304"
    frame: ClassVar[Frame | None] = RULE


class DefinedTwice(Code):
    """id defined twice

    What it reports
        The same id is defined in two files of a pack, or in two places of one file.

    Why
        Which of them counts would depend on the order of the files.

    Example
        (rules/a.yaml and rules/b.yaml that both have a rule `call-her`)

    Instead
        (give one of the rules another id)
    """

    id: ClassVar[str] = "T305"


class NothingToChange(Code):
    """change of an entry that the base does not have

    What it reports
        An overlay changes or switches off an entry that its base does not have.

    Why
        The name is probably misspelt, and the change would have no effect.

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
    """packs that extend each other

    What it reports
        A pack extends itself, directly or through other packs.

    Why
        There is no base to begin with.

    Example
        (a.yaml with `extends: b.yaml`, and b.yaml with `extends: a.yaml`)

    Instead
        (remove one of the two `extends`)
    """

    id: ClassVar[str] = "T307"


class BadExtends(Code):
    """base that may not be read

    What it reports
        `extends` names neither a shipped pack nor a file or folder that is next to this file or in a folder below; or
        it is missing in a pack that uses names of the shipped pack. Paths with `..`, absolute paths, and symbolic
        links that lead elsewhere are refused before they are opened.

    Why
        A rule file may read what is in its own folder, and nothing else on the machine.

    Example
        extends: /etc/rules

    Instead
        extends: default
    """

    id: ClassVar[str] = "T308"


class SafetyChanged(Code):
    """pack that loosens a safety rule of another pack

    What it reports
        A pack changes when a safety rule of another pack holds, its sentence, a fact that the rule reads, a calendar that it
        counts by, or the label or the family of the actions that it forbids; or it switches the rule or an invariant off
        without a reason. The order of the packs makes no difference.

    Why
        The owners of a policy rely on its safety rules. Their priority may change, but neither what they forbid nor what
        they say.

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
    """malformed id or name

    What it reports
        An id or a name has characters that it cannot have. Allowed are small letters, digits and underscores, and
        hyphens in the ids of rules.

    Why
        Names are used in conditions and sentences, where a space or a dot would end them.

    Example
        actions: {Call Her: {about: a call}}

    Instead
        actions: {call_her: {about: a call}}
    """

    id: ClassVar[str] = "T310"


class BadSetting(Code):
    """setting with an impossible value

    What it reports
        A setting has a value out of its range, or two settings contradict each other.

    Why
        It is not clear which value was meant.

    Example
        priority: 900

    Instead
        priority: 90
    """

    id: ClassVar[str] = "T311"
    frame: ClassVar[Frame | None] = RULE


class WrongFamily(Code):
    """action that safety rules would miss

    What it reports
        An action has a channel, but belongs to none of the families that the pack's `safety` lists for that channel.

    Why
        Safety rules forbid families of actions. A call that is not in the family `call` would be advised even for
        people who asked not to be called.

    Example
        extends: default
        actions: {leave_voicemail: {about: a message on their phone, is_a: contact, channel: phone}}

    Instead
        extends: default
        actions: {leave_voicemail: {about: a message on their phone, is_a: call}}
    """

    id: ClassVar[str] = "T312"
