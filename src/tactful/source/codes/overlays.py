"""Codes T92x: what overlays do without saying so."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class DropsConditions(Code):
    """conditions or rows of the base that an overlay drops

    What it reports
        An overlay gives a rule or a fact a new `when` or `unless` without all conditions of the packs below, or a table
        without all of their rows.

    Why
        A plain `when` replaces the whole `when` of the base. It is easy to forget a condition, or to miss one that a later
        version of the base adds.

    Example
        extends: default
        rules:
          answer-in-decent-time:
            when: {application.open: yes, offer.form: written}

    Instead
        extends: default
        rules:
          answer-in-decent-time:
            and when: {offer.form: written}
    """

    id: ClassVar[str] = "T921"


class SameId(Code):
    """id that a pack below already has

    What it reports
        An overlay defines a whole rule or invariant, with an `about` of its own, under an id that a pack below has.

    Why
        It replaces the entry below, which may not be intended.

    Example
        extends: default
        rules:
          connect-after-the-decision:
            about: We connect with everybody.
            for each: person
            when: {application.open: no}
            then: {may: connect}
            because: a reason

    Instead
        extends: default
        rules:
          connect-with-everybody:
            about: We connect with everybody.
            source: House rules
            for each: person
            when: {application.open: no}
            then: {may: connect}
            because: a reason
    """

    id: ClassVar[str] = "T922"


class OverlaysDiffer(Code):
    """two packs that change an entry in different ways

    What it reports
        Two packs that are laid over the same base give one key of an entry different values, or one of them switches off
        what the other changes.

    Why
        The later pack takes precedence, and the author of the other may not know.

    Example
        (tactful check house.yaml branch.yaml, which both change `thank_you_within`)

    Instead
        (leave it out of one of the two, or let one of them extend the other)
    """

    id: ClassVar[str] = "T923"


class NotCovered(Code):
    """new action that no safety rule covers

    What it reports
        An overlay adds an action that belongs to none of the families that safety rules forbid or that `safety` lists.

    Why
        No safety rule covers it, whatever it does.

    Example
        extends: default
        actions: {visit: {about: Go there in person.}}
        rules:
          go-there:
            about: Go there.
            source: House rules
            for each: application
            then: {may: visit}
            because: a reason

    Instead
        extends: default
        actions: {visit: {about: Go there in person., is_a: contact}}
        rules:
          go-there:
            about: Go there.
            source: House rules
            for each: application
            then: {may: visit}
            because: a reason
    """

    id: ClassVar[str] = "T924"


class OldNameUsed(Code):
    """old name

    What it reports
        An overlay uses the name that a rule, an action, a parameter or a fact had in an earlier version of its base.

    Why
        The name still works, because the base lists it under `renamed`, but a later version may no longer do so.

    Example
        (a base with `renamed: {rules: {thank-you: thank-you-note}}`, and an overlay with `rules: {thank-you: off}`)

    Instead
        (the new name; `tactful check --fix` writes it)
    """

    id: ClassVar[str] = "T925"


class LoosensSafeguard(Code):
    """safeguard of the base that an overlay loosens

    What it reports
        An overlay switches off an invariant, a safety rule or a prohibition of the packs below, adds an exception to a
        prohibition, or changes what an invariant claims.

    Why
        The packs below rely on it, and nothing else shows that it is gone. `replaces: yes` says that this is intended.

    Example
        extends: default
        invariants:
          gap-kept: {off: yes, because: It is too strict for us.}

    Instead
        extends: default
        invariants:
          gap-kept: {off: yes, because: It is too strict for us., replaces: yes}
    """

    id: ClassVar[str] = "T926"


class OtherAction(Code):
    """action or advice of the base that means something else

    What it reports
        An overlay changes the label of an action of the packs below, its family, its kind, its channel or what it leaves
        behind; or a rule of the packs below advises something else, or the same less strongly.

    Why
        People now read or do something else, for the reasons that were given for the old advice.

    Example
        extends: default
        actions:
          keep_searching: {label: Stop looking until they answer}

    Instead
        extends: default
        actions:
          keep_searching: {label: Keep applying and interviewing elsewhere, replaces: yes}
    """

    id: ClassVar[str] = "T927"
