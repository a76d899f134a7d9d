// Computed facts in JavaScript, for engines without aggregates, joins or arithmetic.

const WEEK = 7 * 86400;
const last = (moments) => moments.reduce((best, next) => (next !== null && (best === null || next > best) ? next : best), null);
const ASKING = new Set(["follow_up", "status_question"]);
const LOST = new Set(["rejected", "withdrawn"]);
const OVER = new Set(["accepted", ...LOST]);

const isFirm = ({ status, offer }, now) =>
  !LOST.has(status) &&
  offer !== null &&
  offer.form === "written" &&
  offer.conditional === false &&
  offer.signed_at !== null &&
  offer.signed_at <= now;
const isUndecided = ({ status, offer }) => status !== "offered" && !OVER.has(status) && offer === null;

export function ofCandidate({ applications, now }) {
  const signed = applications.some((application) => isFirm(application, now));
  const settled = signed || applications.some(({ status }) => status === "accepted");
  const open = applications.filter(({ status, offer }) => !OVER.has(status) && offer !== null && offer.signed_at === null);
  const days = open.map(({ offer }) => offer.answer_by).filter((day) => day !== null && day > now);
  return {
    signed,
    settled,
    open_offers: open.length,
    next_answer_by: days.length ? Math.min(...days) : null,
    waiting: settled ? 0 : applications.filter(isUndecided).length,
  };
}

export function ofApplication(application, candidate, now) {
  const { messages, interviews, people, reply_by: replyBy, offer, status } = application;
  const sent = messages.filter((message) => message.direction === "sent");
  const received = messages.filter((message) => message.direction === "received");
  const sentKinds = new Set(sent.map((message) => message.kind));
  const held = interviews.filter((interview) => interview.ended_at <= now && interview.status !== "cancelled");
  const ahead = interviews.filter((interview) => interview.ended_at > now && interview.status !== "cancelled");
  const interviewing = new Set(interviews.flatMap((interview) => interview.interviewers.map(({ person }) => person)));
  const inside = new Set(
    people.filter(({ id, role }) => role === "inside_contact" && !interviewing.has(id)).map(({ id }) => id),
  );
  const questions = sent.filter((message) => ASKING.has(message.kind) && !inside.has(message.person));
  const wrote = last(sent.map((message) => message.sent_at));
  const heard = last(received.map((message) => message.sent_at));
  const interviewed = last(held.map((interview) => interview.ended_at));
  const answerDue = last(held.map((interview) => interview.answer_due_at));
  const lastAsked = last(questions.map((message) => message.sent_at));
  const rejectedAt = last(received.filter(({ kind }) => kind === "rejection").map((message) => message.sent_at));
  const promised = replyBy !== null && !(interviewed !== null && replyBy < interviewed);
  const overdue = promised ? application.reply_by_with_grace <= now : answerDue !== null && answerDue <= now;
  const followUps = questions.filter(
    ({ sent_at: at }) =>
      at === null || ((heard === null || at > heard) && (interviewed === null || at > interviewed)),
  ).length;
  const usedUp = followUps >= 2 || application.contact_policy === "closed";
  const lately = (moment) => moment !== null && moment <= now && now < moment + WEEK;
  const pending = isUndecided(application) && !candidate.settled;
  const between = pending && interviewed !== null && ahead.length === 0;
  const silent = !lately(wrote) && !lately(heard);
  const facts = {
    open: !OVER.has(status),
    alive: !LOST.has(status),
    firm: isFirm(application, now),
    has_offer: offer !== null,
    unsigned_offer: offer !== null && offer.signed_at === null,
    signed_offer: offer !== null && offer.signed_at !== null,
    begun: offer !== null && offer.start_on !== null && offer.start_on <= now,
    pending,
    between,
    interviewed: interviewed !== null,
    interview_ahead: ahead.length > 0,
    promised,
    overdue,
    follow_ups: followUps,
    used_up: usedUp,
    wrote_lately: lately(wrote),
    heard_lately: lately(heard),
    heard_after_writing: heard !== null && wrote !== null && heard > wrote,
    wrote_after_hearing: heard !== null && wrote !== null && wrote >= heard,
    follow_up_open: between && !usedUp && overdue && silent,
    over: between && usedUp && overdue && !lately(lastAsked) && !lately(interviewed) && !lately(heard),
    told_about_offer: sentKinds.has("offer_notice"),
    told_of_withdrawal: sentKinds.has("withdrawal"),
    connection_asked: sentKinds.has("connection_request"),
    rejection_answered: sentKinds.has("answer") || (rejectedAt !== null && wrote !== null && wrote > rejectedAt),
    rejected_long_ago: rejectedAt !== null && now > rejectedAt + WEEK,
    call_invited: people.some((person) => person.invited_call === true || person.prefers === "phone"),
    on_linkedin: people.some((person) => person.channels.includes("linkedin")),
    addressees: 0,
    // deadlines
    next_interview_at: ahead.length ? Math.min(...ahead.map((interview) => interview.ended_at)) : null,
    answer_due_at: answerDue,
    week_after_writing: wrote === null ? null : wrote + WEEK,
    week_after_hearing: heard === null ? null : heard + WEEK,
    week_after_asking: lastAsked === null ? null : lastAsked + WEEK,
    week_after_rejection: rejectedAt === null ? null : rejectedAt + WEEK,
    // for the rows below it
    wrote,
    held,
    sent,
    inside,
    interviewing,
  };
  facts.addressees = people.filter((person) => isAddressee(person, application, facts)).length;
  return facts;
}

const isInTheWay = (id, { contact_via: via }) => via !== null && id !== via;
const isAddressee = ({ id, contact_policy: policy }, application, facts) =>
  !facts.inside.has(id) && !isInTheWay(id, application) && policy !== "closed";

export function ofOffer({ offer }, now) {
  const { received_at: received, answer_by: day } = offer;
  return { day_ahead: day !== null && day > now, days_after: received === null ? null : received + 5 * 86400 };
}

export function ofPerson(person, application, facts) {
  const { id } = person;
  const isInside = facts.inside.has(id);
  return {
    in_the_way: isInTheWay(id, application),
    interviews: facts.interviewing.has(id),
    addressee: isAddressee(person, application, facts),
    news_asked: isInside ? facts.sent.filter((message) => message.person === id && ASKING.has(message.kind)).length : 0,
  };
}

export function ofInterview({ ended_at: ended, interviewers }, now) {
  return {
    age: now - ended,
    interviewers: interviewers.length,
    days_after: ended + 2 * 86400,
    week_after: ended + WEEK,
  };
}

export function ofInterviewer({ person, attended }, interview, application, facts, candidate) {
  const thanked = facts.sent.some(
    (message) =>
      message.kind === "thank_you" &&
      message.person === person &&
      message.sent_at !== null &&
      message.sent_at >= interview.ended_at,
  );
  return {
    to_thank: attended !== false && !thanked && facts.open && !candidate.settled,
    in_the_way: isInTheWay(person, application),
    nameless: application.people.some(({ id, name }) => id === person && name === null),
    wrote_since: facts.wrote !== null && facts.wrote >= interview.ended_at,
  };
}
