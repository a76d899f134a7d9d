// Ranking by hand, as ranking.py does it; what the rules conclude comes from there.

const STRENGTH = { must_not: 0, must: 1, should_not: 2, should: 3, may: 4 };
const MODALITIES = Object.keys(STRENGTH);
const FOLLOW_UPS = new Set(["email_follow_up", "call"]);

const byOrder = (one, other) =>
  other.priority - one.priority ||
  (one.due ?? Infinity) - (other.due ?? Infinity) || // Infinity - Infinity is NaN, which is no difference
  one.strength - other.strength ||
  (one.action < other.action ? -1 : one.action > other.action ? 1 : 0) ||
  (one.target < other.target ? -1 : one.target > other.target ? 1 : 0);

export class Ranker {
  constructor({ plans, forbidden_by: forbiddenBy }) {
    this.plans = plans;
    this.forbiddenBy = new Map(Object.entries(forbiddenBy).map(([action, by]) => [action, new Set(by)]));
  }

  // What is advised and forbidden, in order, and what was set aside.
  rank(fired, prepared) {
    const groups = new Map();
    for (const one of fired) {
      const plan = this.plans[one[0]];
      const target = plan.to ? targetOf(plan.to, one[1], prepared) : one[1];
      const forbids = plan.modality.endsWith("not");
      const key = `${forbids} ${plan.action} ${target}`;
      const found = groups.get(key);
      if (found) add(found, plan, one);
      else groups.set(key, conclusion(plan, target, forbids, one));
    }
    const everything = [...groups.values()].sort(byOrder);
    this.settle(everything);
    const kept = [];
    const lost = [];
    const leaders = new Map();
    for (const one of everything) {
      if (one.lostTo.length) {
        one.lostTo.sort(byOrder);
        lost.push(one);
      } else if (!one.forbids && FOLLOW_UPS.has(one.action)) {
        const application = applicationOf(one.target);
        const leader = leaders.get(application);
        if (leader) leader.alternatives.push(one);
        else {
          leaders.set(application, one);
          kept.push(one);
        }
      } else kept.push(one);
    }
    return [kept, lost];
  }

  settle(everything) {
    const bans = everything.filter((one) => one.forbids);
    for (const advice of everything) {
      const family = advice.forbids ? undefined : this.forbiddenBy.get(advice.action);
      if (!family) continue;
      for (const ban of bans) {
        if (!family.has(ban.action) || !inside(advice.target, ban.target)) continue;
        if (ban.safety || ban.priority >= advice.priority) advice.lostTo.push(ban);
        else ban.lostTo.push(advice);
      }
    }
  }
}

function conclusion(plan, target, forbids, one) {
  return {
    action: plan.action,
    target,
    forbids,
    strength: STRENGTH[plan.modality],
    priority: plan.priority,
    due: one[2],
    safety: plan.safety,
    fired: [one],
    alternatives: [],
    lostTo: [],
  };
}

function add(found, plan, one) {
  found.fired.push(one);
  if (one[2] !== null && (found.due === null || one[2] < found.due)) found.due = one[2];
  if (plan.priority > found.priority) found.priority = plan.priority;
  if (STRENGTH[plan.modality] < found.strength) found.strength = STRENGTH[plan.modality];
  if (plan.safety) found.safety = true;
}

function targetOf(to, row, prepared) {
  const [, application, , id] = row.split("/");
  if (to === "application") return `application/${application}//${application}`;
  if (to === "person") return `person/${application}//${id}`;
  return `person/${application}//${prepared.applications.find((one) => one.id === application).contact_via}`;
}

const applicationOf = (key) => key.split("/", 2)[1];

function inside(target, other) {
  if (target === other || other.startsWith("candidate/")) return true;
  return other.startsWith("application/") && applicationOf(target) === applicationOf(other);
}

// The outcome in plain values, for verification.
export function summary([kept, lost]) {
  const pairs = (some) => some.map((one) => [one.action, one.target]);
  const plain = (one) => [
    one.action,
    MODALITIES[one.strength],
    one.target,
    one.priority,
    one.due,
    one.fired.map(([rule]) => rule).sort(),
    pairs(one.alternatives),
    pairs(one.lostTo),
  ];
  return [kept.map(plain), lost.map(plain)];
}
