// The frozen policy's rules for json-rules-engine. A condition's fact is a row (candidate, application, offer, person, interview,
// interviewer) or the row's computed facts of facts.mjs (…_facts). `by` is the fact and the field of the deadline.

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const is = (fact, path, value = true) => ({ fact, path, operator: "equal", value });
const not = (fact, path, value = true) => ({ fact, path, operator: "notEqual", value });
const among = (fact, path, value) => ({ fact, path, operator: "in", value });
const has = (fact, path, value) => ({ fact, path, operator: "contains", value });
const least = (fact, path, value) => ({ fact, path, operator: "greaterThanInclusive", value });
const most = (fact, path, value) => ({ fact, path, operator: "lessThanInclusive", value });
const more = (fact, path, value) => ({ fact, path, operator: "greaterThan", value });

const rule = (name, all, by) => ({ name, conditions: { all }, event: { type: name, params: { by } } });
const any = (...conditions) => ({ any: conditions });

const C = "candidate";
const C_ = "candidate_facts";
const A = "application";
const A_ = "application_facts";
const O = "offer";
const P = "person";
const P_ = "person_facts";
const V_ = "interview_facts";
const I_ = "interviewer_facts";

export const RULES = {
  candidate: [
    rule("job-kept-until-signed", [is(C, "employed"), is(C_, "signed", false)]),
    rule("job-kept-all-the-more", [
      is(C, "considering_quitting"),
      is(C_, "signed", false),
      not(C, "employed", false),
    ]),
    rule("job-kept-if-there-is-one", [is(C, "employed", null), is(C_, "signed", false)]),
    rule("give-notice-now", [is(C, "employed"), is(C_, "signed")]),
    rule("keep-interviewing", [is(C_, "signed", false)]),
    rule("take-the-search-up-again", [is(C, "searching", false), is(C_, "signed", false)]),
    rule("search-not-stopped", [is(C_, "signed", false)]),
    rule("weigh-them", [least(C_, "open_offers", 2)], [C_, "next_answer_by"]),
  ],

  application: [
    rule("nobody-invited-a-call", [is(A_, "follow_up_open"), is(A_, "call_invited", false)]),
    rule("company-wants-no-contact", [is(A, "contact_policy", "closed")]),
    rule("connect-after-the-decision", [is(A_, "pending"), is(A_, "on_linkedin")]),
    rule(
      "answer-the-rejection",
      [is(A, "status", "rejected"), is(A_, "rejection_answered", false), is(A_, "rejected_long_ago", false)],
      [A_, "week_after_rejection"],
    ),
    rule("find-somebody-to-ask", [is(A_, "follow_up_open"), is(A_, "addressees", 0)]),
    rule(
      "not-again-so-soon",
      [is(A_, "pending"), is(A_, "overdue"), least(A_, "follow_ups", 1), is(A_, "wrote_lately")],
      [A_, "week_after_writing"],
    ),
    rule("enough-follow-ups", [is(A_, "pending"), least(A_, "follow_ups", 2), not(A, "contact_policy", "closed")]),
    rule("rejection-ends-it", [among(A, "status", ["rejected", "withdrawn"])]),
    rule("get-it-signed", [is(A, "status", "accepted"), is(A_, "firm", false)]),
    rule(
      "tell-the-others-about-it",
      [
        is(A_, "pending"),
        is(A_, "interviewed"),
        not(A, "preferred", false),
        is(A_, "told_about_offer", false),
        not(C_, "next_answer_by", null),
      ],
      [C_, "next_answer_by"],
    ),
    rule("withdraw-elsewhere", [
      is(A_, "open"),
      is(A_, "firm", false),
      is(A_, "told_of_withdrawal", false),
      is(C_, "settled"),
    ]),
    rule("settle-the-offer", [
      is(A_, "open"),
      is(A_, "firm", false),
      any({ all: [is(A, "status", "offered"), is(A_, "has_offer", false)] }, is(A_, "signed_offer")),
    ]),
    rule("signed-and-done", [is(A_, "open"), is(A_, "firm"), is(A_, "begun", false)], [O, "start_on"]),
    rule("signed-and-begun", [is(A_, "open"), is(A_, "firm"), is(A_, "begun")]),
    rule("wait-for-the-next-interview", [is(A_, "pending"), is(A_, "interview_ahead")], [A_, "next_interview_at"]),
    rule("wait-for-an-interview", [
      is(A_, "pending"),
      is(A_, "interview_ahead", false),
      is(A_, "interviewed", false),
    ]),
    rule(
      "wait-for-the-promised-day",
      [is(A_, "between"), is(A_, "promised"), is(A_, "overdue", false)],
      [A, "reply_by_with_grace"],
    ),
    rule(
      "wait-for-an-answer",
      [is(A_, "between"), is(A_, "promised", false), is(A_, "overdue", false)],
      [A_, "answer_due_at"],
    ),
    rule(
      "wait-after-writing",
      [
        is(A_, "between"),
        is(A_, "overdue"),
        is(A_, "used_up", false),
        is(A_, "wrote_lately"),
        is(A_, "heard_after_writing", false),
      ],
      [A_, "week_after_writing"],
    ),
    rule(
      "wait-after-hearing",
      [
        is(A_, "between"),
        is(A_, "overdue"),
        is(A_, "used_up", false),
        is(A_, "heard_lately"),
        is(A_, "wrote_after_hearing", false),
      ],
      [A_, "week_after_hearing"],
    ),
    rule(
      "wait-before-letting-go",
      [is(A_, "between"), is(A_, "overdue"), is(A_, "used_up"), is(A_, "over", false)],
      [A_, "week_after_asking"],
    ),
    rule("move-on", [is(A_, "over")]),
    rule("nothing-left-after-withdrawing", [is(A_, "open"), is(A_, "told_of_withdrawal")]),
    rule("wait-where-no-contact-is-wanted", [
      is(A_, "open"),
      is(A, "contact_policy", "closed"),
      is(A_, "pending", false),
      is(A_, "firm", false),
      is(A_, "told_of_withdrawal", false),
      is(A_, "unsigned_offer", false),
    ]),
  ],

  offer: [
    rule(
      "answer-by-their-day",
      [is(A_, "open"), is(O, "signed_at", null), not(O, "answer_by", null)],
      [O, "answer_by"],
    ),
    rule(
      "answer-in-decent-time",
      [is(A_, "open"), is(O, "signed_at", null), is(O, "answer_by", null)],
      ["offer_facts", "days_after"],
    ),
    rule("make-it-firm", [is(A_, "alive"), any(is(O, "form", "verbal"), is(O, "conditional"))]),
    rule(
      "ask-for-time",
      [is(A_, "open"), is(O, "signed_at", null), is("offer_facts", "day_ahead"), least(C_, "waiting", 1)],
      [O, "answer_by"],
    ),
  ],

  person: [
    rule("stated-preference", [is(P, "prefers", "email")]),
    rule("stated-preference-contradicted", [is(P, "prefers", "email"), is(P, "invited_call")]),
    rule("call-who-prefers-it", [
      is(A_, "follow_up_open"),
      is(P_, "addressee"),
      is(P, "prefers", "phone"),
      is(P, "office_time"),
    ]),
    rule("call-who-invited-it", [
      is(A_, "follow_up_open"),
      is(P_, "addressee"),
      is(P, "invited_call"),
      is(P, "office_time"),
      not(P, "prefers", "email"),
    ]),
    rule("wait-for-office-hours", [
      is(A_, "follow_up_open"),
      is(P_, "addressee"),
      is(P, "prefers", "phone"),
      is(P, "office_time", false),
    ]),
    rule("no-mail-instead-of-the-call", [
      is(A_, "follow_up_open"),
      is(P_, "addressee"),
      is(P, "prefers", "phone"),
      is(P, "office_time", false),
    ]),
    rule("person-wants-no-contact", [is(P, "contact_policy", "closed")]),
    rule("through-the-contact-only", [is(P_, "in_the_way"), is(A_, "alive")]),
    rule("inside-contact-asked-once", [is(P_, "news_asked", 1)]),
    rule("inside-contact-pestered", [least(P_, "news_asked", 2)]),
    rule("connect-now", [
      is(A, "status", "accepted"),
      is(P_, "interviews"),
      has(P, "channels", "linkedin"),
      is(A_, "connection_asked", false),
    ]),
    rule("follow-up", [is(A_, "follow_up_open"), is(P_, "addressee")]),
    rule("follow-up-with-the-recruiter", [
      is(A_, "follow_up_open"),
      is(P_, "addressee"),
      among(P, "role", ["recruiter", "agency_recruiter"]),
    ]),
    rule("follow-up-with-the-manager", [
      is(A_, "follow_up_open"),
      is(P_, "addressee"),
      is(P, "role", "hiring_manager"),
    ]),
  ],

  interview: [
    rule(
      "find-the-interviewers-first",
      [is(A_, "open"), is(V_, "interviewers", 0), most(V_, "age", WEEK)],
      [V_, "days_after"],
    ),
  ],

  interviewer: [
    rule(
      "thank-you-note",
      [is(I_, "to_thank"), is(I_, "in_the_way", false), least(V_, "age", 2 * HOUR), most(V_, "age", 2 * DAY)],
      [V_, "days_after"],
    ),
    rule(
      "thank-you-late",
      [is(I_, "to_thank"), is(I_, "in_the_way", false), more(V_, "age", 2 * DAY), most(V_, "age", WEEK)],
      [V_, "week_after"],
    ),
    rule(
      "thanks-through-the-contact",
      [
        is(I_, "to_thank"),
        is(I_, "in_the_way"),
        least(V_, "age", 2 * HOUR),
        most(V_, "age", WEEK),
        is(I_, "wrote_since", false),
      ],
      [V_, "days_after"],
    ),
    rule("find-the-name-first", [is(I_, "to_thank"), is(I_, "nameless"), most(V_, "age", WEEK)], [V_, "days_after"]),
  ],
};
