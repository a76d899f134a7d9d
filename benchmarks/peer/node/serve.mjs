// One peer in a process of its own: `node serve.mjs MODULE`. The first line of standard input is the setup. Each command
// is a line of JSON, `{"do": "fire" | "decide" | "time", "ranked": …, "count": n}`, followed by n lines, each with a case.
// The answer is one line. Times are measured in here, without the pipes: CPU time, as for the peers in Python.
import { createInterface } from "node:readline";
import { Places } from "./places.mjs";
import { prepared } from "./prepare.mjs";
import { Ranker, summary } from "./ranking.mjs";

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]();
const next = async () => (await lines.next()).value;
const cpuTime = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const { firing } = await import(`./${process.argv[2]}.mjs`);
const setup = JSON.parse(await next());
const fire = firing(setup);
const ranker = new Ranker(setup);
const places = new Places();
answer("ready");

for (let line = await next(); line !== undefined; line = await next()) {
  const command = JSON.parse(line);
  if (command.do === "places") places.add(command);
  else await run(command);
}

async function run(command) {
  const cases = [];
  while (cases.length < command.count) cases.push(Buffer.from(await next()));
  const results = [];
  for (const raw of cases) {
    const start = cpuTime();
    const given = prepared(raw.toString(), places);
    const fired = await fire(given);
    const decided = command.ranked ? ranker.rank(fired, given) : null;
    const taken = cpuTime() - start;
    results.push(command.do === "time" ? taken : command.ranked ? summary(decided) : fired);
  }
  answer(results);
}
