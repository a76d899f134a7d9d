// From a case's bytes to plain data with moments in seconds, as prepare.py does it.

const seconds = (text) => Math.floor(Date.parse(text) / 1000);
const moment = (text) => (text == null ? null : seconds(text));
const deadline = (text, here) => (text == null ? null : text.length === 10 ? here.endOfDay(text) : seconds(text));

export function prepared(raw, places) {
  const given = JSON.parse(raw);
  const { candidate } = given;
  const now = seconds(given.now);
  const zone = candidate.time_zone || "UTC";
  const country = candidate.country || null;
  return {
    now,
    candidate: {
      id: candidate.id,
      employed: candidate.employed ?? null,
      considering_quitting: candidate.considering_quitting ?? null,
      searching: candidate.searching ?? null,
    },
    applications: (given.applications ?? []).map((entry) => application(entry, now, zone, country, places)),
  };
}

function application(given, now, zoneAround, countryAround, places) {
  const zone = given.time_zone || zoneAround;
  const country = given.country || countryAround;
  const here = places.get(zone, country);
  const replyBy = deadline(given.reply_by, here);
  return {
    id: given.id,
    status: given.status ?? null,
    preferred: given.preferred ?? null,
    contact_policy: given.contact_policy ?? null,
    contact_via: given.contact_via ?? null,
    reply_by: replyBy,
    reply_by_with_grace: replyBy === null ? null : here.businessDaysAfter(replyBy, 2),
    offer: given.offer == null ? null : offer(given.offer, here),
    people: (given.people ?? []).map((person) => ({
      id: person.id,
      name: person.name ?? null,
      role: person.role ?? null,
      prefers: person.prefers ?? null,
      invited_call: person.invited_call ?? null,
      contact_policy: person.contact_policy ?? null,
      channels: person.channels ?? [],
      office_time: places.get(person.time_zone || zone, person.country || country).officeTime(now),
    })),
    interviews: (given.interviews ?? []).map((entry) => interview(entry, here)),
    messages: (given.messages ?? []).map((message) => ({
      person: message.person ?? null,
      direction: message.direction ?? null,
      kind: message.kind ?? null,
      sent_at: moment(message.sent_at),
    })),
  };
}

function offer(given, here) {
  return {
    received_at: moment(given.received_at),
    form: given.form ?? null,
    answer_by: deadline(given.answer_by, here),
    signed_at: moment(given.signed_at),
    conditional: given.conditional ?? null,
    start_on: deadline(given.start_on, here),
  };
}

function interview(given, here) {
  const ended_at = seconds(given.ended_at);
  return {
    id: given.id,
    status: given.status ?? null,
    ended_at,
    answer_due_at: here.businessDaysAfter(ended_at, 5),
    interviewers: (given.interviewers ?? []).map((entry) =>
      typeof entry === "string"
        ? { person: entry, attended: null }
        : { person: entry.person, attended: entry.attended ?? null },
    ),
  };
}
