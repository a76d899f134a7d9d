// JSON Logic, by json-logic-engine, which compiles it to JavaScript. The policy's pieces and its rules' names come from
// jsonlogic.py, which describes the fields of `data`.
import { LogicEngine } from "json-logic-engine";

const SILENT = -1;
const OF_CANDIDATE = ["c", "d"];
const OF_APPLICATION = ["f", "g", "h", "k", "l"];
const OF_PERSON = ["q", "r"];

export function firing({ pieces, rules }) {
  const engine = new LogicEngine();
  const logic = Object.fromEntries(Object.entries(pieces).map(([name, piece]) => [name, engine.build(piece)]));

  return (prepared) => {
    const data = { ...prepared };
    const firings = [];
    const compute = (names) => names.forEach((name) => (data[name] = logic[name](data)));
    const fire = (entity, key) => {
      const values = logic[entity](data);
      for (let no = 0; no < values.length; no++)
        if (values[no] !== SILENT) firings.push([rules[entity][no], key, values[no] || null]);
    };
    compute(OF_CANDIDATE);
    fire("candidate", `candidate/${data.candidate.id}//${data.candidate.id}`);
    for (data.a of data.applications) {
      const { id } = data.a;
      compute(OF_APPLICATION);
      fire("application", `application/${id}//${id}`);
      if (data.a.offer) fire("offer", `offer/${id}//${id}`);
      for (data.p of data.a.people) {
        compute(OF_PERSON);
        fire("person", `person/${id}//${data.p.id}`);
      }
      for (data.v of logic.held(data)) {
        fire("interview", `interview/${id}//${data.v.id}`);
        for (data.o of logic.to_thank(data)) fire("interviewer", `interviewer/${id}/${data.v.id}/${data.o.person}`);
      }
    }
    return firings;
  };
}
