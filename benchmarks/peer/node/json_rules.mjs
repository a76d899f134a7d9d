// json-rules-engine: one engine for each kind of row, run for each row.
import jsonRulesEngine from "json-rules-engine";
import { RULES } from "../policy/follow_up.mjs";
import { ofApplication, ofCandidate, ofInterview, ofInterviewer, ofOffer, ofPerson } from "./facts.mjs";

const { Engine } = jsonRulesEngine;
const pathResolver = (row, path) => row[path]; // the default reads JSONPath, which is slower and not needed

export function firing() {
  const engines = Object.fromEntries(
    Object.entries(RULES).map(([entity, rules]) => [entity, new Engine(rules, { pathResolver })]),
  );

  return async (prepared) => {
    const { now } = prepared;
    const firings = [];
    const fire = async (entity, key, facts) => {
      const { events } = await engines[entity].run(facts);
      for (const { type, params } of events) firings.push([type, key, params.by ? facts[params.by[0]][params.by[1]] : null]);
    };
    const candidate_facts = ofCandidate(prepared);
    const candidate = { candidate: prepared.candidate, candidate_facts };
    await fire("candidate", `candidate/${prepared.candidate.id}//${prepared.candidate.id}`, candidate);
    for (const application of prepared.applications) {
      const { id, offer, people } = application;
      const application_facts = ofApplication(application, candidate_facts, now);
      const around = { candidate_facts, application, application_facts, offer };
      await fire("application", `application/${id}//${id}`, around);
      if (offer !== null)
        await fire("offer", `offer/${id}//${id}`, { ...around, offer_facts: ofOffer(application, now) });
      for (const person of people) {
        const person_facts = ofPerson(person, application, application_facts);
        await fire("person", `person/${id}//${person.id}`, { ...around, person, person_facts });
      }
      for (const interview of application_facts.held) {
        const interview_facts = ofInterview(interview, now);
        const with_ = { ...around, interview_facts };
        await fire("interview", `interview/${id}//${interview.id}`, with_);
        for (const interviewer of interview.interviewers) {
          const interviewer_facts = ofInterviewer(interviewer, interview, application, application_facts, candidate_facts);
          await fire("interviewer", `interviewer/${id}/${interview.id}/${interviewer.person}`, { ...with_, interviewer_facts });
        }
      }
    }
    return firings;
  };
}
