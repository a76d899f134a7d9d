// Ranking by hand, as in ranking.py, from which the rules' conclusions come.

const STRENGTH = { must_not: 0, must: 1, should_not: 2, should: 3, may: 4 };
const MODALITIES = Object.keys(STRENGTH);
const FOLLOW_UPS = new Set(["email_follow_up", "call"]);

const byOrder = (first, second) =>
  second.priority - first.priority ||
  (first.due ?? Infinity) - (second.due ?? Infinity) || // Infinity - Infinity is NaN, which counts as no difference
  first.strength - second.strength ||
  (first.action < second.action ? -1 : first.action > second.action ? 1 : 0) ||
  (first.target < second.target ? -1 : first.target > second.target ? 1 : 0);

export class Ranker {
  constructor({ plans, forbidden_by: forbiddenBy }) {
    this.plans = plans;
    this.forbiddenBy = new Map(Object.entries(forbiddenBy).map(([action, by]) => [action, new Set(by)]));
  }

  // The ranked conclusions, and those that were set aside.
  rank(fired, prepared) {
    const groups = new Map();
    for (const firing of fired) {
      const [rule, row] = firing;
      const plan = this.plans[rule];
      const target = plan.to ? targetOf(plan.to, row, prepared) : row;
      const forbids = plan.modality.endsWith("not");
      const key = `${forbids} ${plan.action} ${target}`;
      const group = groups.get(key);
      if (group) add(group, plan, firing);
      else groups.set(key, conclusionOf(plan, target, forbids, firing));
    }
    const everything = [...groups.values()].sort(byOrder);
    this.settle(everything);
    const kept = [];
    const lost = [];
    const leaders = new Map();
    for (const conclusion of everything) {
      if (conclusion.lostTo.length) {
        conclusion.lostTo.sort(byOrder);
        lost.push(conclusion);
      } else if (!conclusion.forbids && FOLLOW_UPS.has(conclusion.action)) {
        const application = applicationOf(conclusion.target);
        const leader = leaders.get(application);
        if (leader) leader.alternatives.push(conclusion);
        else {
          leaders.set(application, conclusion);
          kept.push(conclusion);
        }
      } else kept.push(conclusion);
    }
    return [kept, lost];
  }

  settle(everything) {
    const bans = everything.filter(({ forbids }) => forbids);
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

function conclusionOf(plan, target, forbids, firing) {
  return {
    action: plan.action,
    target,
    forbids,
    strength: STRENGTH[plan.modality],
    priority: plan.priority,
    due: firing[2],
    safety: plan.safety,
    fired: [firing],
    alternatives: [],
    lostTo: [],
  };
}

function add(conclusion, plan, firing) {
  const due = firing[2];
  conclusion.fired.push(firing);
  if (due !== null && (conclusion.due === null || due < conclusion.due)) conclusion.due = due;
  if (plan.priority > conclusion.priority) conclusion.priority = plan.priority;
  if (STRENGTH[plan.modality] < conclusion.strength) conclusion.strength = STRENGTH[plan.modality];
  if (plan.safety) conclusion.safety = true;
}

function targetOf(to, row, prepared) {
  const [, application, , id] = row.split("/");
  if (to === "application") return `application/${application}//${application}`;
  if (to === "person") return `person/${application}//${id}`;
  return `person/${application}//${prepared.applications.find(({ id: own }) => own === application).contact_via}`;
}

const applicationOf = (key) => key.split("/", 2)[1];

function inside(target, other) {
  if (target === other || other.startsWith("candidate/")) return true;
  return other.startsWith("application/") && applicationOf(target) === applicationOf(other);
}

// The ranking in plain values, for verification.
export function summary([kept, lost]) {
  const pairs = (conclusions) => conclusions.map(({ action, target }) => [action, target]);
  const plain = (conclusion) => [
    conclusion.action,
    MODALITIES[conclusion.strength],
    conclusion.target,
    conclusion.priority,
    conclusion.due,
    conclusion.fired.map(([rule]) => rule).sort(),
    pairs(conclusion.alternatives),
    pairs(conclusion.lostTo),
  ];
  return [kept.map(plain), lost.map(plain)];
}
