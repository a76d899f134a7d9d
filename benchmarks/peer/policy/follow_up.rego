# The frozen policy over a prepared case (see prepare.py): moments are seconds since 1970, unknown fields null.
# A firing is [rule, entity, application, interview, row, due]; facts about an application are keyed by its index i,
# about a person by [i, j], about an interview by [i, k]. An unknown moment is undefined.
package follow_up

import rego.v1

hour := 3600

day := 86400

week := 604800

now := input.now

candidate := input.candidate

applications := input.applications

# --- facts: interviews ---

took_place contains [i, k] if {
	some i, a in applications
	some k, v in a.interviews
	v.ended_at <= now
	v.status != "cancelled"
}

ahead[i] contains v.ended_at if {
	some i, a in applications
	some v in a.interviews
	v.ended_at > now
	v.status != "cancelled"
}

held[i] contains v.ended_at if {
	some [i, k] in took_place
	v := applications[i].interviews[k]
}

last_interview[i] := max(moments) if some i, moments in held

next_interview[i] := min(moments) if some i, moments in ahead

usual_answer[i] := max([applications[i].interviews[k].answer_due_at | some [n, k] in took_place; n == i]) if some i, _ in held

thanked contains [i, k, one.person] if {
	some i, a in applications
	some m in a.messages
	m.kind == "thank_you"
	m.direction == "sent"
	m.sent_at != null
	some k, v in a.interviews
	m.sent_at >= v.ended_at
	some one in v.interviewers
	one.person == m.person
}

# --- facts: the application ---

open contains i if {
	some i, a in applications
	not a.status in {"accepted", "rejected", "withdrawn"}
}

alive contains i if {
	some i, a in applications
	not a.status in {"rejected", "withdrawn"}
}

firm contains i if {
	some i in alive
	o := applications[i].offer
	o.form == "written"
	o.conditional == false
	o.signed_at != null
	o.signed_at <= now
}

pending contains i if {
	not settled
	some i in open
	a := applications[i]
	a.status != "offered"
	a.offer == null
}

between contains i if {
	some i in pending
	held[i]
	not ahead[i]
}

closed contains i if {
	some i, a in applications
	a.contact_policy == "closed"
}

# --- facts: messages ---

last_heard[i] := max(moments) if {
	some i, a in applications
	moments := [m.sent_at | some m in a.messages; m.direction == "received"; m.sent_at != null]
	count(moments) > 0
}

last_wrote[i] := max(moments) if {
	some i, a in applications
	moments := [m.sent_at | some m in a.messages; m.direction == "sent"; m.sent_at != null]
	count(moments) > 0
}

asking := {"follow_up", "status_question"}

questions[i] := [m.sent_at |
	some m in a.messages
	m.direction == "sent"
	m.kind in asking
	not only_inside_ids[i][m.person]
] if some i, a in applications

last_follow_up[i] := max(moments) if {
	some i, asked_at in questions
	moments := [at | some at in asked_at; at != null]
	count(moments) > 0
}

# Follow-ups since the company last wrote and since the last interview; either restarts the count.
starts[i] contains at if some i, at in last_heard

starts[i] contains at if some i, at in last_interview

earlier(at, i) if {
	at != null
	some start in starts[i]
	at <= start
}

follow_ups[i] := count([at | some at in asked_at; not earlier(at, i)]) if some i, asked_at in questions

sent[i] contains m.kind if {
	some i, a in applications
	some m in a.messages
	m.direction == "sent"
}

rejected_at[i] := max(moments) if {
	some i, a in applications
	moments := [m.sent_at |
		some m in a.messages
		m.direction == "received"
		m.kind == "rejection"
		m.sent_at != null
	]
	count(moments) > 0
}

rejection_answered contains i if {
	some i, kinds in sent
	"answer" in kinds
}

rejection_answered contains i if last_wrote[i] > rejected_at[i]

# --- facts: whose turn it is ---

promise_stands contains i if {
	some i, a in applications
	a.reply_by != null
	not overtaken(i, a.reply_by)
}

overtaken(i, reply_by) if reply_by < last_interview[i]

answer_overdue contains i if {
	some i in promise_stands
	applications[i].reply_by_with_grace <= now
}

answer_overdue contains i if {
	some i, at in usual_answer
	not i in promise_stands
	at <= now
}

follow_ups_used_up contains i if {
	some i, n in follow_ups
	n >= 2
}

follow_ups_used_up contains i if some i in closed

wrote_lately contains i if recent(last_wrote[i])

heard_lately contains i if recent(last_heard[i])

recent(at) if {
	at <= now
	now < at + week
}

follow_up_open contains i if {
	some i in between
	not i in follow_ups_used_up
	i in answer_overdue
	not i in wrote_lately
	not i in heard_lately
}

over contains i if {
	some i in between
	i in follow_ups_used_up
	i in answer_overdue
	not recent(last_follow_up[i])
	not recent(last_interview[i])
	not i in heard_lately
}

# --- facts: people ---

interviews_ids[i] contains one.person if {
	some i, a in applications
	some v in a.interviews
	some one in v.interviewers
}

interviews contains [i, j] if {
	some i, ids in interviews_ids
	some j, p in applications[i].people
	p.id in ids
}

only_inside contains [i, j] if {
	some i, a in applications
	some j, p in a.people
	p.role == "inside_contact"
	not [i, j] in interviews
}

only_inside_ids[i] contains applications[i].people[j].id if some [i, j] in only_inside

in_the_way[i] contains p.id if {
	some i, a in applications
	a.contact_via != null
	some p in a.people
	p.id != a.contact_via
}

news_asked[[i, j]] := count([1 |
	some m in applications[i].messages
	m.person == id
	m.direction == "sent"
	m.kind in asking
]) if {
	some [i, j] in only_inside
	id := applications[i].people[j].id
}

addressee contains [i, j] if {
	some i, a in applications
	some j, p in a.people
	p.contact_policy != "closed"
	not [i, j] in only_inside
	not in_the_way[i][p.id]
}

asked contains [i, j] if {
	some [i, j] in addressee
	i in follow_up_open
}

with_addressee contains i if some [i, _] in addressee

# --- facts: the candidate ---

has_signed_offer if count(firm) > 0

settled if has_signed_offer

settled if {
	some a in applications
	a.status == "accepted"
}

open_offers contains i if {
	some i in open
	o := applications[i].offer
	o != null
	o.signed_at == null
}

answers := [at | some i in open_offers; at := applications[i].offer.answer_by; at != null; at > now]

next_answer_by := min(answers) if count(answers) > 0

default nearest_answer := null

nearest_answer := next_answer_by

# --- rules for the candidate ---

for_candidate contains ["job-kept-until-signed", null] if {
	candidate.employed == true
	not has_signed_offer
}

for_candidate contains ["job-kept-all-the-more", null] if {
	candidate.considering_quitting == true
	not has_signed_offer
	candidate.employed != false
}

for_candidate contains ["job-kept-if-there-is-one", null] if {
	candidate.employed == null
	not has_signed_offer
}

for_candidate contains ["give-notice-now", null] if {
	candidate.employed == true
	has_signed_offer
}

for_candidate contains ["keep-interviewing", null] if not has_signed_offer

for_candidate contains ["take-the-search-up-again", null] if {
	candidate.searching == false
	not has_signed_offer
}

for_candidate contains ["search-not-stopped", null] if not has_signed_offer

for_candidate contains ["weigh-them", nearest_answer] if count(open_offers) >= 2

# --- rules for applications ---

for_application contains ["nobody-invited-a-call", i, null] if {
	some i in follow_up_open
	not call_invited(i)
}

call_invited(i) if {
	some p in applications[i].people
	p.invited_call == true
}

call_invited(i) if {
	some p in applications[i].people
	p.prefers == "phone"
}

for_application contains ["company-wants-no-contact", i, null] if some i in closed

for_application contains ["connect-after-the-decision", i, null] if {
	some i in pending
	some p in applications[i].people
	"linkedin" in p.channels
}

for_application contains ["answer-the-rejection", i, answered_by(i)] if {
	some i, a in applications
	a.status == "rejected"
	not i in rejection_answered
	not too_late(i)
}

too_late(i) if now > rejected_at[i] + week

answered_by(i) := rejected_at[i] + week

answered_by(i) := null if not rejected_at[i]

for_application contains ["find-somebody-to-ask", i, null] if {
	some i in follow_up_open
	not i in with_addressee
}

for_application contains ["not-again-so-soon", i, last_wrote[i] + week] if {
	some i in pending
	i in answer_overdue
	follow_ups[i] >= 1
	i in wrote_lately
}

for_application contains ["enough-follow-ups", i, null] if {
	some i in pending
	follow_ups[i] >= 2
	not i in closed
}

for_application contains ["rejection-ends-it", i, null] if {
	some i, _ in applications
	not i in alive
}

for_application contains ["get-it-signed", i, null] if {
	some i, a in applications
	a.status == "accepted"
	not i in firm
}

for_application contains ["tell-the-others-about-it", i, next_answer_by] if {
	some i in pending
	held[i]
	applications[i].preferred != false
	not sent[i]["offer_notice"]
}

for_application contains ["withdraw-elsewhere", i, null] if {
	settled
	some i in open
	not i in firm
	not sent[i]["withdrawal"]
}

for_application contains ["settle-the-offer", i, null] if {
	some i in open
	not i in firm
	unclear(applications[i])
}

unclear(a) if {
	a.status == "offered"
	a.offer == null
}

unclear(a) if a.offer.signed_at != null

for_application contains ["signed-and-done", i, start_on] if {
	some i in open
	i in firm
	start_on := applications[i].offer.start_on
	not begun(start_on)
}

begun(at) if {
	at != null
	at <= now
}

for_application contains ["signed-and-begun", i, null] if {
	some i in open
	i in firm
	begun(applications[i].offer.start_on)
}

for_application contains ["wait-for-the-next-interview", i, at] if {
	some i in pending
	at := next_interview[i]
}

for_application contains ["wait-for-an-interview", i, null] if {
	some i in pending
	not ahead[i]
	not held[i]
}

for_application contains ["wait-for-the-promised-day", i, applications[i].reply_by_with_grace] if {
	some i in between
	i in promise_stands
	not i in answer_overdue
}

for_application contains ["wait-for-an-answer", i, usual_answer[i]] if {
	some i in between
	not i in promise_stands
	not i in answer_overdue
}

waiting contains i if {
	some i in between
	i in answer_overdue
	not i in follow_ups_used_up
}

for_application contains ["wait-after-writing", i, last_wrote[i] + week] if {
	some i in waiting
	i in wrote_lately
	not later(last_heard[i], last_wrote[i])
}

later(a, b) if a > b

for_application contains ["wait-after-hearing", i, last_heard[i] + week] if {
	some i in waiting
	i in heard_lately
	not as_late(last_wrote[i], last_heard[i])
}

as_late(a, b) if a >= b

for_application contains ["wait-before-letting-go", i, given_up_at(i)] if {
	some i in between
	i in answer_overdue
	i in follow_ups_used_up
	not i in over
}

given_up_at(i) := last_follow_up[i] + week

given_up_at(i) := null if not last_follow_up[i]

for_application contains ["move-on", i, null] if some i in over

for_application contains ["nothing-left-after-withdrawing", i, null] if {
	some i in open
	sent[i]["withdrawal"]
}

for_application contains ["wait-where-no-contact-is-wanted", i, null] if {
	some i in open
	i in closed
	not i in pending
	not i in firm
	not i in open_offers
	not sent[i]["withdrawal"]
}

# --- rules for offers ---

for_offer contains ["answer-by-their-day", i, at] if {
	some i in open_offers
	at := applications[i].offer.answer_by
	at != null
}

for_offer contains ["answer-in-decent-time", i, after(o.received_at, 5 * day)] if {
	some i in open_offers
	o := applications[i].offer
	o.answer_by == null
}

after(at, seconds) := at + seconds if at != null

after(at, _) := null if at == null

for_offer contains ["make-it-firm", i, null] if {
	some i in alive
	applications[i].offer.form == "verbal"
}

for_offer contains ["make-it-firm", i, null] if {
	some i in alive
	applications[i].offer.conditional == true
}

for_offer contains ["ask-for-time", i, at] if {
	count(pending) >= 1
	some i in open_offers
	at := applications[i].offer.answer_by
	at != null
	at > now
}

# --- rules for people ---

for_person contains ["stated-preference", i, p.id, null] if {
	some i, a in applications
	some p in a.people
	p.prefers == "email"
}

for_person contains ["stated-preference-contradicted", i, p.id, null] if {
	some i, a in applications
	some p in a.people
	p.prefers == "email"
	p.invited_call == true
}

for_person contains ["call-who-prefers-it", i, p.id, null] if {
	some [i, j] in asked
	p := applications[i].people[j]
	p.prefers == "phone"
	p.office_time
}

for_person contains ["call-who-invited-it", i, p.id, null] if {
	some [i, j] in asked
	p := applications[i].people[j]
	p.invited_call == true
	p.office_time
	p.prefers != "email"
}

for_person contains ["wait-for-office-hours", i, p.id, null] if {
	some [i, j] in asked
	p := applications[i].people[j]
	p.prefers == "phone"
	not p.office_time
}

for_person contains ["no-mail-instead-of-the-call", i, p.id, null] if {
	some [i, j] in asked
	p := applications[i].people[j]
	p.prefers == "phone"
	not p.office_time
}

for_person contains ["person-wants-no-contact", i, p.id, null] if {
	some i, a in applications
	some p in a.people
	p.contact_policy == "closed"
}

for_person contains ["through-the-contact-only", i, id, null] if {
	some i in alive
	some id in in_the_way[i]
}

for_person contains ["inside-contact-asked-once", i, applications[i].people[j].id, null] if {
	some [i, j], 1 in news_asked
}

for_person contains ["inside-contact-pestered", i, applications[i].people[j].id, null] if {
	some [i, j], n in news_asked
	n >= 2
}

for_person contains ["connect-now", i, p.id, null] if {
	some [i, j] in interviews
	applications[i].status == "accepted"
	p := applications[i].people[j]
	"linkedin" in p.channels
	not sent[i]["connection_request"]
}

for_person contains ["follow-up", i, applications[i].people[j].id, null] if some [i, j] in asked

for_person contains ["follow-up-with-the-recruiter", i, p.id, null] if {
	some [i, j] in asked
	p := applications[i].people[j]
	p.role in {"recruiter", "agency_recruiter"}
}

for_person contains ["follow-up-with-the-manager", i, p.id, null] if {
	some [i, j] in asked
	p := applications[i].people[j]
	p.role == "hiring_manager"
}

# --- rules for interviewers and interviews ---

to_thank contains [i, k, one.person] if {
	not settled
	some [i, k] in took_place
	i in open
	some one in applications[i].interviews[k].interviewers
	one.attended != false
	not [i, k, one.person] in thanked
}

for_interviewer contains ["thank-you-note", i, k, id, ended_at + (2 * day)] if {
	some [i, k, id] in to_thank
	ended_at := applications[i].interviews[k].ended_at
	ended_at + (2 * hour) <= now
	now <= ended_at + (2 * day)
	not in_the_way[i][id]
}

for_interviewer contains ["thank-you-late", i, k, id, ended_at + week] if {
	some [i, k, id] in to_thank
	ended_at := applications[i].interviews[k].ended_at
	now > ended_at + (2 * day)
	now <= ended_at + week
	not in_the_way[i][id]
}

for_interviewer contains ["thanks-through-the-contact", i, k, id, ended_at + (2 * day)] if {
	some [i, k, id] in to_thank
	ended_at := applications[i].interviews[k].ended_at
	ended_at + (2 * hour) <= now
	now <= ended_at + week
	in_the_way[i][id]
	not as_late(last_wrote[i], ended_at)
}

for_interviewer contains ["find-the-name-first", i, k, id, ended_at + (2 * day)] if {
	some [i, k, id] in to_thank
	ended_at := applications[i].interviews[k].ended_at
	now <= ended_at + week
	some p in applications[i].people
	p.id == id
	p.name == null
}

for_interview contains ["find-the-interviewers-first", i, k, v.ended_at + (2 * day)] if {
	some [i, k] in took_place
	i in open
	v := applications[i].interviews[k]
	now <= v.ended_at + week
	count(v.interviewers) == 0
}

# --- all firings ---

fired contains [rule, "candidate", candidate.id, "", candidate.id, due] if some [rule, due] in for_candidate

fired contains [rule, "application", id, "", id, due] if {
	some [rule, i, due] in for_application
	id := applications[i].id
}

fired contains [rule, "offer", id, "", id, due] if {
	some [rule, i, due] in for_offer
	id := applications[i].id
}

fired contains [rule, "person", applications[i].id, "", id, due] if some [rule, i, id, due] in for_person

fired contains [rule, "interviewer", a.id, a.interviews[k].id, id, due] if {
	some [rule, i, k, id, due] in for_interviewer
	a := applications[i]
}

fired contains [rule, "interview", a.id, "", a.interviews[k].id, due] if {
	some [rule, i, k, due] in for_interview
	a := applications[i]
}
