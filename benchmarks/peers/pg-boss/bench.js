// node bench.js <mode> <postgres URL> <jobs> <seconds>: does one row's work with pg-boss and prints one line of JSON.
import { PgBoss } from "pg-boss";

const [mode, connectionString, jobsText, secondsText] = process.argv.slice(2);
const jobs = Number(jobsText), seconds = Number(secondsText);
const now = () => performance.now();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const boss = new PgBoss({ connectionString, max: 20, useListenNotify: true });
boss.on("error", (error) => console.error(error));
await boss.start();
await boss.createQueue("bench", { notify: true });

const modes = {
  async "enqueue-1"() { return call(1, (number) => boss.send("bench", { number })); },
  async "enqueue-1000"() { return call(1, (number) => boss.insert("bench", batch(number, 1_000)), 1_000); },
  async "copy"() { return call(1, (number) => boss.insert("bench", batch(number, 10_000)), 10_000); },

  // Its worker takes 1,000 a fetch, without a pause while fetches are full.
  async "burn"() {
    for (let at = 0; at < jobs; at += 10_000) await boss.insert("bench", batch(at, Math.min(10_000, jobs - at)));
    let done = 0;
    const began = now();
    while (done < jobs) {
      const fetched = await boss.fetch("bench", { batchSize: 1_000 });
      if (fetched.length === 0) throw new Error(`${done} of ${jobs} jobs found`);
      await boss.complete("bench", fetched.map((job) => job.id));
      done += fetched.length;
    }
    return { rate: jobs / ((now() - began) / 1000) };
  },

  async "latency"() { return ping(150); },
  async "latency-back"() { return ping(0); },
};

function batch(from, count) { return Array.from({ length: count }, (_, i) => ({ data: { number: from + i } })); }

async function call(callers, add, each = 1) {
  await add(0);
  let calls = 0;
  const began = now(), until = began + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, async () => { while (now() < until) { await add(calls); calls++; } }));
  return { rate: calls * each / ((now() - began) / 1000) };
}

async function ping(pause) {
  const arrived = new Map();
  await boss.work("bench", { pollingIntervalSeconds: 0.5 }, async ([job]) => { arrived.get(job.data.number)(now()); });
  const one = async (number) => {
    const arrival = new Promise((resolve) => arrived.set(number, resolve));
    const began = now();
    await boss.send("bench", { number });
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
  return { times };
}

console.log(JSON.stringify(await modes[mode]()));
process.exit(0);
