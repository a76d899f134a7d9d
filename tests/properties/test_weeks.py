"""A candidate's weeks, lived by a machine that follows the advice or does not."""

from __future__ import annotations

from hypothesis import settings

import tactful
from draws import draws
from tactful.testing import candidate_weeks

SENT = {
    "thank_you_note": "thank_you",
    "ask_for_news": "follow_up",
    "tell_about_offer": "offer_notice",
    "withdraw": "withdrawal",
    "reply_to_rejection": "answer",
    "connect": "connection_request",
    "thanks_through_contact": "thank_you",
    "update_helper": "thank_you",
    "correct_mistake": "correction",
    "ask_for_feedback": "feedback_request",
    "offer_times": "answer",
    "accept_request": "connection_request",
    "apologise": "other",
    "recall_talk": "other",
    "ask_for_new_time": "other",
    "answer_message": "answer",
    "hand_in_task": "task",
    "send_references": "references",
    "send_documents": "documents",
}

#: Whatever happens in whatever order, the invariants hold, and what was done is not asked for again (P08, P43).
TestWeeks = candidate_weeks(tactful.load(), SENT).TestCase
TestWeeks.settings = settings(draws(40), stateful_step_count=12)
