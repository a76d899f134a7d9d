"""Stands in for the columnar engine: one case after the other."""

from __future__ import annotations

import pyarrow as pa

import tactful
from tactful.batch.decide import Decided
from tactful.batch.lines import Line
from tactful.batch.model import Options, RejectRecord
from tactful.batch.tables import TableChunk, Unsorted
from tactful.rank import entity_of
from tactful.setting import application_of


class StandIn:
    def __init__(self, policy, options, clock):
        self.policy, self.options, self.clock = policy, options, clock

    def lines(self, lines):
        cases, rejects, bad = [], [], 0
        for line in lines:
            if line.data is None:
                rejects.append(RejectRecord(line=line.no, code="T101", message="too long"))
                bad += 1
                continue
            try:
                cases.append(self.policy.read(line.data))
            except tactful.InvalidInput as error:
                bad += 1
                rejects += [RejectRecord(line=line.no, path=d.path, code=d.code, message=d.message, help=d.help) for d in error.diagnostics]
        return self._decided(cases, rejects, bad)

    def _decided(self, cases, rejects, bad):
        actions, reasons = [], []
        for case in cases:
            decision = self.policy.decide(case)
            no = 0
            for one in decision.ranking.ranked:
                no += 1
                actions.append({"candidate_id": case.candidate.id, "conclusion": no, "state": "ranked", "rank": no, "action": one.action, "modality": one.modality, "entity": entity_of(one.target), "target_id": one.target.id, "application_id": application_of(one.target), "priority": one.priority, "due": one.due, "safety": one.safety, "gave_way_to": None, "lost_to": None})
                for n, f in enumerate(decision.setting.ranker.sorted_firings(one), 1):
                    reasons.append({"candidate_id": case.candidate.id, "conclusion": no, "no": n, "rule": self.policy.checked.rules[f[0]].id, "entity": entity_of(f[1]), "row_id": f[1].id, "due": f[2]})
        word = pa.dictionary(pa.int32(), pa.string())
        t = {"actions": pa.Table.from_pylist(actions, pa.schema([("candidate_id", word), ("conclusion", pa.int32()), ("state", word), ("rank", pa.int32()), ("modality", word), ("action", word), ("entity", word), ("target_id", word), ("application_id", word), ("priority", pa.int16()), ("due", pa.timestamp("s", "UTC")), ("safety", pa.bool_()), ("gave_way_to", pa.int32()), ("lost_to", pa.list_(pa.int32()))])),
             "justifications": pa.Table.from_pylist(reasons, pa.schema([("candidate_id", word), ("conclusion", pa.int32()), ("no", pa.int32()), ("rule", word), ("entity", word), ("row_id", word), ("due", pa.timestamp("s", "UTC"))]))}
        return Decided([c.candidate.id for c in cases], [c.now or self.clock for c in cases], t, rejects, bad)

    def tables(self, chunk):
        by = {}
        rejects, bad = [], 0
        iso = lambda d: d if not hasattr(d, "isoformat") else d.isoformat()
        clean = lambda row, *drop: {k: iso(v) for k, v in row.items() if k not in drop and v is not None}
        for row in chunk.tables["candidates"].to_pylist():
            by[row["candidate_id"]] = {"now": iso(row["now"]), "candidate": {"id": row["candidate_id"], **clean(row, "candidate_id", "now")}, "applications": {}}
        for name in ("applications", "people", "interviews", "interviewers", "messages", "offers"):
            for row in chunk.tables[name].to_pylist() if name in chunk.tables else ():
                c = by.get(row["candidate_id"])
                if c is None:
                    if (chunk.above is not None and row["candidate_id"] <= chunk.above) or (chunk.high is not None and row["candidate_id"] > chunk.high):
                        raise Unsorted(name)
                    rejects.append(RejectRecord(candidate=row["candidate_id"], table=name, code="T210", message="no such candidate"))
                    continue
                k = ("candidate_id", "application_id")
                if name == "applications":
                    c["applications"][row["application_id"]] = {"id": row["application_id"], **clean(row, *k), "people": [], "interviews": [], "messages": []}
                    continue
                a = c["applications"][row["application_id"]]
                if name == "people": a["people"].append({"id": row["person_id"], **clean(row, *k, "person_id")})
                if name == "interviews": a["interviews"].append({"id": row["interview_id"], "interviewers": [], **clean(row, *k, "interview_id")})
                if name == "interviewers": next(i for i in a["interviews"] if i["id"] == row["interview_id"])["interviewers"].append({"person": row["person_id"], "attended": row["attended"]})
                if name == "messages": a["messages"].append({"person": row["person_id"], **clean(row, *k, "person_id")})
                if name == "offers": a["offer"] = clean(row, *k)
        cases = []
        for c in by.values():
            c["applications"] = list(c["applications"].values())
            try: cases.append(self.policy.read(c))
            except tactful.InvalidInput as error:
                bad += 1
                rejects += [RejectRecord(candidate=c["candidate"]["id"], code=d.code, message=d.message) for d in error.diagnostics]
        return self._decided(cases, rejects, bad + len({r.candidate for r in rejects if r.table}))
