"""The form of a case in JSON: the classes that decode it. Its JSON Schema and the field catalogue are made from them.

Every optional field may be left out or ``null``. It is then unknown, which is different from ``no``.
"""

# Annotations are evaluated as the classes are made: as texts they would be compiled once for each use of a class.
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from tactful.facts.kinds import CountryKind, DurationKind, IdKind, MomentKind

Role = Literal["hiring_manager", "interviewer", "recruiter", "agency_recruiter", "coordinator", "hr", "inside_contact"]
Relation = Literal["friend", "referrer", "former_colleague", "former_manager", "mentor", "relative"]
Preference = Literal["email", "phone"]
Channel = Literal["email", "phone", "text", "post", "linkedin", "in_person"]
ApplicationStatus = Literal["applied", "interviewing", "offered", "accepted", "rejected", "withdrawn"]
ContactPolicy = Literal["open", "closed"]
NextStep = Literal["answer", "call", "interview", "other_interviews", "offer"]
Signal = Literal["on_hold", "reposted", "layoffs", "filled", "start_moved"]
OfferForm = Literal["verbal", "email", "written"]
Condition = Literal[
    "background_check", "references", "medical", "work_permit", "degree", "approval", "documents", "other"
]
Terms = Literal["fine", "wanted", "worse_than_said", "asked", "refused", "improved"]
MoreTime = Literal["asked", "granted", "refused"]
Choice = Literal["accept", "decline"]
CounterOffer = Literal["unanswered", "declined", "accepted"]
EmployerKnows = Literal["unaware", "found_out", "told"]
SecondThoughts = Literal["doubts", "lost_interest", "wants_it_after_all"]
Stage = Literal["phone_screen", "first", "panel", "technical", "final"]
InterviewStatus = Literal["scheduled", "held", "cancelled", "missed"]
Side = Literal["company", "candidate"]
Feeling = Literal["well", "mixed", "badly"]
Direction = Literal["sent", "received"]
MessageKind = Literal[
    "thank_you",
    "correction",
    "follow_up",
    "status_question",
    "pay_question",
    "offer_notice",
    "answer",
    "invitation",
    "connection_request",
    "task",
    "references",
    "documents",
    "offer",
    "rejection",
    "feedback_request",
    "help_offer",
    "withdrawal",
    "other",
]

Id = Annotated[str, Meta(min_length=1, description="Unique among its kind within the application.")]
Zone = Annotated[str | None, Meta(description="IANA name of the time zone.", examples=["Europe/Dublin"])]
Country = Annotated[
    str | None,
    Meta(
        description="ISO 3166 code of the country, with an optional subdivision.",
        examples=["US-NY", "IE"],
        extra={"kind": CountryKind()},
    ),
]
#: A text in JSON with a kind of its own, which ``extra`` names. ``extra`` is not part of the JSON Schema.
Length = Annotated[
    str | None,
    Meta(description="A length of time.", examples=["2 weeks", "10 days"], extra={"kind": DurationKind()}),
]
#: A moment that people name in advance, or a bare date that means the end of that day.
Deadline = Annotated[
    str | None,
    Meta(
        description="A moment, or a bare date: the end of that day.",
        examples=["2026-11-27"],
        extra={"kind": MomentKind()},
    ),
]
PersonId = Annotated[str | None, Meta(extra={"kind": IdKind("person")})]
Custom = Annotated[dict[str, Any] | None, Meta(description="Extra facts that the pack declares under custom_facts.")]
#: Who can change a fact: the candidate, or the other side. A fact with neither mark is fixed, or has already happened.
MINE: Final[dict[str, Any]] = {"mutability": "mine"}
THEIRS: Final[dict[str, Any]] = {"mutability": "theirs"}
#: Advice in short, for people who read the case.
About = Annotated[
    str | None, Meta(description="The advice in short: its action and its target.", examples=["thank_you_note:dana"])
]
Email = Annotated[
    str | None,
    Meta(description="The person's email address.", examples=["dana@example.com"]),
]
Count = Annotated[int, Meta(ge=0, lt=10**15)]
YesNo = bool | None
Moment = datetime | None


class Shape(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The base of all parts of a case."""


class Offer(Shape, frozen=True):
    """An offer of the job."""

    received_at: Annotated[Moment, Meta(description="When the offer came.")] = None
    form: Annotated[
        OfferForm | None,
        Meta(
            description="verbal: given by word of mouth. email: confirmed by a plain email, without a contract. "
            "written: a letter or a contract.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    answer_by: Annotated[
        Deadline, Meta(description="The moment by which the company wants an answer.", extra_json_schema=THEIRS)
    ] = None
    signed_at: Annotated[Moment, Meta(description="When both sides had signed.", extra_json_schema=THEIRS)] = None
    conditional: Annotated[
        YesNo,
        Meta(
            description="Whether the offer still depends on a background check, references or an approval.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    conditions: Annotated[
        tuple[Condition, ...] | None,
        Meta(description="What the offer still depends on.", extra_json_schema=THEIRS),
    ] = None
    conditions_by: Annotated[
        Deadline,
        Meta(
            description="The moment by which the candidate must hand in what the conditions need.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    start_on: Annotated[Deadline, Meta(description="The first day at work.", extra_json_schema=THEIRS)] = None
    notice_due_on: Annotated[
        Deadline,
        Meta(
            description="The last day on which the candidate can give notice and still start on the first day. It matters "
            "where notice runs to the end of a month or the like, so that its length alone does not tell."
        ),
    ] = None
    withdrawn_at: Annotated[
        Moment, Meta(description="When the company took the offer back.", extra_json_schema=THEIRS)
    ] = None
    terms: Annotated[
        Terms | None,
        Meta(
            description="How pay and terms stand. fine: the candidate has nothing to ask for. wanted: they would like "
            "better ones. worse_than_said: they are worse than what was said before. asked: the candidate has asked "
            "for better ones. refused: the company said no. improved: the company offered better ones."
        ),
    ] = None
    more_time: Annotated[
        MoreTime | None,
        Meta(
            description="asked: the candidate has asked for more time to answer. granted, refused: the company's word."
        ),
    ] = None
    decision: Annotated[
        Choice | None, Meta(description="What the candidate has decided about the offer.", extra_json_schema=MINE)
    ] = None
    custom: Custom = None


class Person(Shape, frozen=True):
    """A person at the company or at an agency, or a contact inside the company."""

    id: Annotated[Id, Meta(examples=["dana"])]
    name: Annotated[
        str | None, Meta(description="The name by which to address the person.", examples=["Dana Ruiz"])
    ] = None
    email: Email = None
    role: Annotated[Role | None, Meta(description="The person's part in this application.")] = None
    relation: Annotated[
        Relation | None, Meta(description="How the candidate knows this person from before the application.")
    ] = None
    prefers: Annotated[
        Preference | None,
        Meta(
            description="The channel that the person asked for.", extra_json_schema=THEIRS, extra={"asks_channel": True}
        ),
    ] = None
    invited_call: Annotated[
        YesNo, Meta(description="Whether the person invited a phone call.", extra_json_schema=THEIRS)
    ] = None
    contact_policy: Annotated[
        ContactPolicy | None,
        Meta(
            description="closed: this person asked not to be contacted.",
            extra_json_schema=THEIRS,
            extra={"silence": ("closed",)},
        ),
    ] = None
    away_until: Annotated[
        Deadline,
        Meta(description="Until when the person is away, such as on holiday or on leave.", extra_json_schema=THEIRS),
    ] = None
    channels: Annotated[
        tuple[Channel, ...] | None, Meta(description="The ways in which the person can be reached.")
    ] = None
    left: Annotated[YesNo, Meta(description="Whether the person no longer works there.", extra_json_schema=THEIRS)] = (
        None
    )
    topics: Annotated[
        tuple[str, ...] | None,
        Meta(description="Subjects of the conversations with the person.", examples=[["the test team", "sailing"]]),
    ] = None
    country: Country = None
    time_zone: Zone = None
    custom: Custom = None


class Interviewer(Shape, frozen=True):
    """A person's part in one interview."""

    person: Annotated[
        str,
        Meta(
            min_length=1,
            description="The id of a person of the application.",
            examples=["dana"],
            extra={"kind": IdKind("person")},
        ),
    ]
    attended: Annotated[YesNo, Meta(description="Whether the person was there.")] = None
    custom: Custom = None


class InterviewSource(Shape, frozen=True):
    """The source of an imported interview. With it, importers recognize the interview and its later versions.

    No rule reads it.
    """

    system: Annotated[str, Meta(min_length=1, description="The format of the source: ics, greenhouse, lever.")]
    uid: Annotated[str, Meta(min_length=1, description="The id of the interview in that system.")]
    sequence: Annotated[
        Count | None, Meta(description="The number of the version, in systems that number versions.")
    ] = None
    updated_at: Annotated[Moment, Meta(description="When that version was made.")] = None


class Interview(Shape, frozen=True):
    """An interview: held, still to come, cancelled or missed."""

    id: Annotated[Id, Meta(examples=["onsite"])]
    ended_at: Annotated[datetime, Meta(description="When the interview ended, or is planned to end.")]
    starts_at: Annotated[Moment, Meta(description="When the interview started, or is planned to start.")] = None
    stage: Annotated[Stage | None, Meta(description="The round of interviews that it belongs to.")] = None
    status: Annotated[
        InterviewStatus | None,
        Meta(description="Whether the interview took place. missed: somebody did not come, or did not call."),
    ] = None
    cancelled_by: Annotated[Side | None, Meta(description="Who cancelled the interview, or did not come to it.")] = None
    cancelled_at: Annotated[Moment, Meta(description="When the interview was cancelled or missed.")] = None
    interviewers: Annotated[
        tuple[Interviewer | str, ...], Meta(description="The interviewers: ids of people, or {person, attended}.")
    ] = ()
    went: Annotated[Feeling | None, Meta(description="How the interview went, in the view of the candidate.")] = None
    source: Annotated[InterviewSource | None, Meta(description="The source of an imported interview.")] = None
    custom: Custom = None


class Message(Shape, frozen=True):
    """A message or a call, in either direction."""

    person: Annotated[PersonId, Meta(description="The id of the person at the other end.", examples=["dana"])] = None
    direction: Annotated[Direction | None, Meta(description="Whether the candidate sent or received it.")] = None
    sent_at: Annotated[Moment, Meta(description="When the message was sent.")] = None
    channel: Annotated[Channel | None, Meta(description="The channel of the message.")] = None
    kind: Annotated[
        MessageKind | None,
        Meta(
            description="The subject of the message. task, references, documents: the candidate received the request "
            "for them, or sent them. pay_question: a question about the pay that the candidate expects. "
            "feedback_request: a request for feedback after a rejection. help_offer: somebody inside offers to put in a "
            "word, or to ask how things stand.",
            extra={"over": ("rejection", "withdrawal")},
        ),
    ] = None
    answer_by: Annotated[
        Deadline,
        Meta(description="The moment by which the recipient is to answer the message.", extra_json_schema=THEIRS),
    ] = None
    bounced: Annotated[
        YesNo, Meta(description="Whether the message could not be delivered. It then reached nobody.")
    ] = None
    voicemail: Annotated[
        YesNo, Meta(description="Whether the call was missed, or went to voicemail. no: the two spoke on the phone.")
    ] = None
    mistake: Annotated[
        YesNo, Meta(description="Whether the message had a mistake in it, such as a wrong name or a wrong fact.")
    ] = None
    custom: Custom = None


class Application(Shape, frozen=True):
    """An application for a job."""

    id: Annotated[Id, Meta(description="Unique among the candidate's applications.", examples=["acme"])]
    company: Annotated[str | None, Meta(description="The company's name.", examples=["Acme"])] = None
    role: Annotated[str | None, Meta(description="The job applied for.", examples=["Test engineer"])] = None
    status: Annotated[
        ApplicationStatus | None,
        Meta(
            description="The state of the application.",
            extra_json_schema=THEIRS,
            extra={"mine": ("accepted", "withdrawn"), "over": ("accepted", "rejected", "withdrawn")},
        ),
    ] = None
    applied_at: Annotated[Moment, Meta(description="When the candidate applied.")] = None
    internal: Annotated[YesNo, Meta(description="Whether the job is with the candidate's present employer.")] = None
    preferred: Annotated[
        YesNo,
        Meta(
            description="Whether the candidate prefers this company to those that made an offer.",
            extra_json_schema=MINE,
        ),
    ] = None
    second_thoughts: Annotated[
        SecondThoughts | None,
        Meta(
            description="How the candidate has changed their mind. doubts: they have said yes, and are not sure any more. "
            "lost_interest: they no longer want the job. wants_it_after_all: they withdrew or declined, and regret it.",
            extra_json_schema=MINE,
        ),
    ] = None
    reply_by: Annotated[
        Deadline, Meta(description="The moment by which the company promised an answer.", extra_json_schema=THEIRS)
    ] = None
    next_step: Annotated[
        NextStep | None,
        Meta(
            description="What the company said comes next. answer: they will be in touch. call: they will call. "
            "interview: another interview is to be arranged. other_interviews: they see other candidates first. "
            "offer: an offer is being prepared or approved.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    next_step_said_at: Annotated[
        Moment, Meta(description="When the company said what comes next.", extra_json_schema=THEIRS)
    ] = None
    signals: Annotated[
        tuple[Signal, ...] | None,
        Meta(
            description="Signs that the job may be gone. on_hold: hiring is paused. reposted: the job is advertised "
            "again. layoffs: the company is dismissing people. filled: the job went to somebody else. start_moved: they have "
            "put off the first day.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    keep_in_touch: Annotated[
        YesNo,
        Meta(
            description="Whether the company, with its rejection, invited the candidate to keep in touch or to apply again.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    reapply_from: Annotated[
        Deadline,
        Meta(
            description="The moment from which on the company would like to hear from the candidate again.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    contact_policy: Annotated[
        ContactPolicy | None,
        Meta(
            description="closed: the company asked not to be contacted.",
            extra_json_schema=THEIRS,
            extra={"silence": ("closed",)},
        ),
    ] = None
    contact_via: Annotated[
        PersonId,
        Meta(
            description="The id of the person through whom all contact goes, such as an agency's recruiter.",
            examples=["rita"],
            extra_json_schema=THEIRS,
        ),
    ] = None
    thanks_direct: Annotated[
        YesNo,
        Meta(
            description="Whether thanks may go straight to the interviewers, although all other contact goes through "
            "one person.",
            extra_json_schema=THEIRS,
        ),
    ] = None
    country: Country = None
    time_zone: Zone = None
    calendar: Annotated[
        str | None,
        Meta(
            description="The name of a calendar that the pack declares: of its days off and office hours.",
            examples=["acme"],
        ),
    ] = None
    offer: Annotated[Offer | None, Meta(description="The company's offer, if it has made one.")] = None
    people: Annotated[tuple[Person, ...], Meta(description="The people on the company's side.")] = ()
    interviews: Annotated[tuple[Interview, ...], Meta(description="All interviews, in any order.")] = ()
    messages: Annotated[tuple[Message, ...], Meta(description="All messages and calls, in any order.")] = ()
    custom: Custom = None


class Candidate(Shape, frozen=True):
    """The candidate whom the advice is for."""

    id: Annotated[Id, Meta(description="The candidate's id.", examples=["me"])]
    name: Annotated[str | None, Meta(description="The candidate's name.", examples=["Kim Lee"])] = None
    email: Annotated[
        str | None,
        Meta(description="The candidate's email address, to which invitations are sent.", examples=["kim@example.com"]),
    ] = None
    language: Annotated[
        str | None,
        Meta(
            description="The language that the candidate reads (BCP 47). The advice is given in it if the pack has it.",
            examples=["de"],
        ),
    ] = None
    time_zone: Zone = None
    country: Country = None
    employed: Annotated[YesNo, Meta(description="Whether the candidate has a job now.")] = None
    considering_quitting: Annotated[
        YesNo, Meta(description="Whether the candidate thinks of leaving that job.", extra_json_schema=MINE)
    ] = None
    searching: Annotated[
        YesNo, Meta(description="Whether the candidate still applies elsewhere.", extra_json_schema=MINE)
    ] = None
    handwriting_legible: Annotated[YesNo, Meta(description="Whether others can read the candidate's handwriting.")] = (
        None
    )
    notice_period: Annotated[Length, Meta(description="How long before leaving the candidate must give notice.")] = None
    notice_given: Annotated[
        YesNo, Meta(description="Whether the candidate has given notice in the present job.", extra_json_schema=MINE)
    ] = None
    last_day_on: Annotated[Deadline, Meta(description="The last day in the present job.")] = None
    let_go: Annotated[
        YesNo, Meta(description="Whether the present employer has ended the job, now or for a later day.")
    ] = None
    counter_offer: Annotated[
        CounterOffer | None,
        Meta(description="The candidate's answer to an offer with which the present employer would like to keep them."),
    ] = None
    employer_knows: Annotated[
        EmployerKnows | None,
        Meta(
            description="Whether the present employer knows that the candidate is looking elsewhere. unaware: they do "
            "not know. found_out: they have heard of it, and nobody has talked about it yet. told: the candidate has talked "
            "to them.",
        ),
    ] = None
    custom: Custom = None


class Before(Shape, frozen=True):
    """A fact before an action changed it."""

    path: Annotated[str, Meta(description="The fact, as `--set` takes it.", examples=["offer[acme].start_on"])]
    value: Annotated[str, Meta(description="Its value as JSON; `null` if it was unknown.", examples=["null"])]


class Done(Shape, frozen=True):
    """A piece of advice that the candidate has followed, and what that left in the case.

    ``application``, ``message`` and ``before`` are there so that it can be taken back.
    """

    key: Annotated[str, Meta(min_length=1, description="The key of the advice.")]
    at: Annotated[datetime, Meta(description="When it was done.")]
    about: About = None
    application: Annotated[str | None, Meta(description="The id of the application that got the message.")] = None
    message: Annotated[Message | None, Meta(description="The message that was added to the application.")] = None
    before: Annotated[tuple[Before, ...], Meta(description="The facts that it changed, as they were before.")] = ()


class Dismissed(Shape, frozen=True):
    """A piece of advice that the candidate does not want to see."""

    key: Annotated[str, Meta(min_length=1, description="The key of the advice.")]
    about: About = None
    until: Annotated[
        Deadline, Meta(description="Until when; a bare date means the end of that day. Left out: for good.")
    ] = None


class CaseShape(Shape, frozen=True):
    """A candidate's situation at a moment."""

    candidate: Candidate
    now: Annotated[Moment, Meta(description="The moment to decide for; if left out, the current moment.")] = None
    applications: Annotated[tuple[Application, ...], Meta(description="All applications, in any order.")] = ()
    parameters: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Values for this case of parameters that the pack calls adjustable.",
            examples=[{"gap_between_messages": "10 days"}],
        ),
    ] = None
    done: Annotated[tuple[Done, ...], Meta(description="Advice that was followed, by its keys.")] = ()
    dismissed: Annotated[tuple[Dismissed, ...], Meta(description="Advice that is not wanted, by its keys.")] = ()
