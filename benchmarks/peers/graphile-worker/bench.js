// node bench.js <mode> <postgres URL> <jobs> <seconds>: does one row's work with graphile-worker and prints one line of JSON.
// A process of 24 concurrent jobs with a local queue of 500 and batched completions: its documented way to be fast.
import { Logger, makeWorkerUtils, run } from "graphile-worker";

const [mode, connectionString, jobsText, secondsText] = process.argv.slice(2);
const jobs = Number(jobsText), seconds = Number(secondsText);
const logger = new Logger(() => (level, message) => { if (level === "error") console.error(message); });
const fast = { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
const now = () => performance.now();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const utils = await makeWorkerUtils({ connectionString, maxPoolSize: 20, logger });
await utils.migrate();

const spec = (number, identifier = "no_op") => ({ identifier, payload: { number } });
const batch = (from, count) => Array.from({ length: count }, (_, i) => spec(from + i));
const count = async () => utils.withPgClient(async (pg) => Number((await pg.query("select count(*) from graphile_worker._private_jobs")).rows[0].count));

const modes = {
  // A table full of no-op jobs, worked until none is left.
  async burn() {
    for (let at = 0; at < jobs; at += 5_000) await utils.addJobs(batch(at, Math.min(5_000, jobs - at)));
    await utils.withPgClient((pg) => pg.query("analyze"));
    await utils.withPgClient((pg) => pg.query("checkpoint"));
    let done = 0;
    const began = now();
    const runner = await run({ connectionString, logger, concurrency: 24, maxPoolSize: 30, noHandleSignals: true, preset: fast, taskList: { no_op: () => { done++; } } });
    while (done < jobs) await sleep(2);
    while ((await count()) > 0) await sleep(2);
    const rate = jobs / ((now() - began) / 1000);
    await runner.stop();
    return { rate };
  },

  async "enqueue-1"() { return call(1, (number) => utils.addJob("no_op", { number })); },
  async "enqueue-16"() { return call(16, (number) => utils.addJob("no_op", { number })); },
  async "enqueue-1000"() { return call(1, (number) => utils.addJobs(batch(number, 1_000)), 1_000); },

  // What one process can enqueue, 1,000 a call, and work at the same time.
  async "produce"() {
    let done = 0, produced = 0;
    const runner = await run({ connectionString, logger, concurrency: 24, maxPoolSize: 30, noHandleSignals: true, preset: fast, taskList: { no_op: () => { done++; } } });
    const began = now(), until = began + seconds * 1000;
    while (now() < until) {
      if (produced - done >= 20_000) { await sleep(1); continue; }
      await utils.addJobs(batch(produced, 1_000));
      produced += 1_000;
    }
    const rate = done / ((now() - began) / 1000);
    await runner.stop();
    return { rate };
  },

  async "latency"() { return ping(150); },
  async "latency-back"() { return ping(0); },
};

async function call(callers, add, each = 1) {
  await add(0);
  let calls = 0;
  const began = now(), until = began + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, async () => { while (now() < until) { await add(calls); calls++; } }));
  return { rate: calls * each / ((now() - began) / 1000) };
}

async function ping(pause) {
  const arrived = new Map();
  const runner = await run({
    connectionString, logger, concurrency: 24, maxPoolSize: 30, noHandleSignals: true,
    taskList: { ping: ({ number }) => { arrived.get(number)(now()); } },
  });
  const one = async (number) => {
    const arrival = new Promise((resolve) => arrived.set(number, resolve));
    const began = now();
    await utils.addJob("ping", { number });
    return (await arrival) - began;
  };
  // Not counted: they open connections, and have methods compiled for good.
  for (let number = -60; number < 0; number++) {
    await one(number);
    if (pause) await sleep(50);
  }
  await sleep(2_000);
  const times = [];
  for (let number = 0; number < jobs; number++) {
    times.push(await one(number));
    if (pause) await sleep(pause);
  }
  await runner.stop();
  return { times };
}

console.log(JSON.stringify(await modes[mode]()));
await utils.release();
process.exit(0);
