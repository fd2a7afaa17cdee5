// Command river-go does one row's work with River for Go and prints one line of JSON:
// river-go <mode> <postgres URL> <jobs> <seconds>. It uses River's public API only.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// queues is how many the rows with many queues have.
const queues = 1_800

type noOpArgs struct {
	Number int `json:"number"`
}

func (noOpArgs) Kind() string { return "no_op" }

type noOpWorker struct {
	river.WorkerDefaults[noOpArgs]
	entered func(number int)
}

func (w *noOpWorker) Work(_ context.Context, job *river.Job[noOpArgs]) error {
	w.entered(job.Args.Number)
	return nil
}

type bench struct {
	ctx     context.Context
	pool    *pgxpool.Pool
	jobs    int
	seconds float64
}

func main() {
	if len(os.Args) != 5 {
		fail(fmt.Errorf("usage: river-go <mode> <postgres URL> <jobs> <seconds>"))
	}
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Args[2])
	check(err)
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	check(err)
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	check(err)

	jobs, err := strconv.Atoi(os.Args[3])
	check(err)
	seconds, err := strconv.ParseFloat(os.Args[4], 64)
	check(err)
	b := &bench{ctx: ctx, pool: pool, jobs: jobs, seconds: seconds}
	modes := map[string]func() any{
		"burn-100":  func() any { return b.burn(workersOf(100)) },
		"burn-1000": func() any { return b.burn(workersOf(1_000)) },
		"burn-tuned": func() any {
			return b.burn(&river.Config{FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2_000}}})
		},
		"enqueue-1":    func() any { return b.enqueue(1) },
		"enqueue-16":   func() any { return b.enqueue(16) },
		"enqueue-1000": func() any { return b.enqueueMany() },
		"copy":         func() any { return b.copyFast() },
		"produce":      func() any { return b.produce() },
		"due":          func() any { return b.due() },
		"queues-1800":  func() any { return b.manyQueues() },
		"workers-4":    func() any { return b.fewWorkers() },
		"idle-1800":    func() any { return b.idle(queues) },
		"idle-1":       func() any { return b.idle(1) },
		"wal":          func() any { return b.walPerJob() },
		"latency":      func() any { return b.latency(150 * time.Millisecond) },
		"latency-back": func() any { return b.latency(0) },
	}
	run, known := modes[os.Args[1]]
	if !known {
		fail(fmt.Errorf("no mode %q", os.Args[1]))
	}
	check(json.NewEncoder(os.Stdout).Encode(run()))
}

func (b *bench) client(config *river.Config, entered func(int)) *river.Client[pgx.Tx] {
	if config == nil {
		config = &river.Config{}
	}
	config.Logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if entered != nil {
		config.Workers = river.NewWorkers()
		river.AddWorker(config.Workers, &noOpWorker{entered: entered})
	}
	client, err := river.NewClient(riverpgxv5.New(b.pool), config)
	check(err)
	return client
}

func rate(jobs int, began time.Time) map[string]any {
	return map[string]any{"rate": float64(jobs) / time.Since(began).Seconds()}
}

func batch(from, count int) []river.InsertManyParams {
	params := make([]river.InsertManyParams, count)
	for i := range params {
		params[i] = river.InsertManyParams{Args: noOpArgs{Number: from + i}}
	}
	return params
}

// seed writes the jobs and lets the table settle, as autovacuum and, if asked for, a checkpoint would have by then.
func (b *bench) seed(checkpoint bool, opts func(number int) *river.InsertOpts) {
	inserter := b.client(nil, nil)
	for at := 0; at < b.jobs; at += 10_000 {
		params := batch(at, min(10_000, b.jobs-at))
		if opts != nil {
			for i := range params {
				params[i].InsertOpts = opts(at + i)
			}
		}
		_, err := inserter.InsertManyFast(b.ctx, params)
		check(err)
	}
	_, err := b.pool.Exec(b.ctx, "ANALYZE")
	check(err)
	if checkpoint {
		_, err = b.pool.Exec(b.ctx, "CHECKPOINT")
		check(err)
	}
}

// untilCompleted waits until the workers entered every job, then until a query sees every row completed.
func (b *bench) untilCompleted(done *atomic.Int64) {
	for done.Load() < int64(b.jobs) {
		time.Sleep(2 * time.Millisecond)
	}
	for completed := 0; completed < b.jobs; {
		check(b.pool.QueryRow(b.ctx, "SELECT count(*) FROM river_job WHERE state = 'completed'").Scan(&completed))
	}
}

func (b *bench) burn(config *river.Config) any {
	b.seed(true, nil)
	var done atomic.Int64
	client := b.client(config, func(int) { done.Add(1) })
	began := time.Now()
	check(client.Start(b.ctx))
	b.untilCompleted(&done)
	result := rate(b.jobs, began)
	check(client.Stop(b.ctx))
	return result
}

func (b *bench) walPerJob() any {
	// Without a checkpoint: the images of pages that follow one depend on when it came.
	b.seed(false, nil)
	from := b.walPosition()
	var done atomic.Int64
	client := b.client(workersOf(1_000), func(int) { done.Add(1) })
	check(client.Start(b.ctx))
	b.untilCompleted(&done)
	result := map[string]any{"claim to completed": float64(b.walPosition()-from) / float64(b.jobs) / 1_000}
	check(client.Stop(b.ctx))
	return result
}

func (b *bench) walPosition() int64 {
	var position int64
	check(b.pool.QueryRow(b.ctx, "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint").Scan(&position))
	return position
}

func workersOf(count int) *river.Config {
	return &river.Config{Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: count}}}
}

func queueConfigs(count int, workers int) map[string]river.QueueConfig {
	configs := make(map[string]river.QueueConfig, count)
	for number := range count {
		configs["q_"+strconv.Itoa(number)] = river.QueueConfig{MaxWorkers: workers}
	}
	return configs
}

func (b *bench) manyQueues() any {
	b.seed(true, func(number int) *river.InsertOpts {
		return &river.InsertOpts{Queue: "q_" + strconv.Itoa(number%queues)}
	})
	var done atomic.Int64
	client := b.client(&river.Config{Queues: queueConfigs(queues, 1)}, func(int) { done.Add(1) })
	began := time.Now()
	check(client.Start(b.ctx))
	started := time.Since(began)
	b.untilCompleted(&done)
	result := rate(b.jobs, began)
	result["start"] = float64(started.Microseconds()) / 1_000
	check(client.Stop(b.ctx))
	return result
}

func (b *bench) fewWorkers() any {
	b.seed(true, nil)
	var done atomic.Int64
	client := b.client(workersOf(4), func(int) {
		time.Sleep(time.Millisecond)
		done.Add(1)
	})
	began := time.Now()
	check(client.Start(b.ctx))
	b.untilCompleted(&done)
	result := rate(b.jobs, began)
	check(client.Stop(b.ctx))
	return result
}

// produce enqueues 1,000 a call while fewer than 20,000 wait, and works with 1,000 workers at the same time.
func (b *bench) produce() any {
	var done atomic.Int64
	client := b.client(workersOf(1_000), func(int) { done.Add(1) })
	check(client.Start(b.ctx))
	began := time.Now()
	for produced := 0; time.Since(began).Seconds() < b.seconds; {
		if produced-int(done.Load()) >= 20_000 {
			time.Sleep(time.Millisecond)
			continue
		}
		_, err := client.InsertMany(b.ctx, batch(produced, 1_000))
		check(err)
		produced += 1_000
	}
	elapsed := time.Since(began)
	var completed int
	check(b.pool.QueryRow(b.ctx, "SELECT count(*) FROM river_job WHERE state = 'completed'").Scan(&completed))
	check(client.Stop(b.ctx))
	return map[string]any{"rate": float64(completed) / elapsed.Seconds()}
}

// due schedules every job for one instant, while a leader with 1,000 workers waits.
func (b *bench) due() any {
	var done atomic.Int64
	var first atomic.Int64
	client := b.client(workersOf(1_000), func(int) {
		first.CompareAndSwap(0, time.Now().UnixMicro())
		done.Add(1)
	})
	check(client.Start(b.ctx))
	for leaders := 0; leaders == 0; time.Sleep(50 * time.Millisecond) {
		check(b.pool.QueryRow(b.ctx, "SELECT count(*) FROM river_leader").Scan(&leaders))
	}
	at := time.Now().Add(6*time.Second + time.Duration(b.jobs/8)*time.Millisecond)
	b.seed(true, func(int) *river.InsertOpts { return &river.InsertOpts{ScheduledAt: at} })
	if time.Now().After(at) {
		fail(fmt.Errorf("the jobs were due before they were written"))
	}
	b.untilCompleted(&done)
	all := time.Since(at)
	check(client.Stop(b.ctx))
	return map[string]any{"all done": all.Seconds(), "first start": float64(first.Load()-at.UnixMicro()) / 1_000}
}

// idle looks at the transactions and the processor time of a client without work.
func (b *bench) idle(count int) any {
	client := b.client(&river.Config{Queues: queueConfigs(count, 10)}, func(int) {})
	check(client.Start(b.ctx))
	time.Sleep(12 * time.Second)
	config, err := pgx.ParseConfig(os.Args[2])
	check(err)
	name := config.Database
	config.Database = "postgres"
	admin, err := pgx.ConnectConfig(b.ctx, config)
	check(err)
	defer admin.Close(b.ctx)
	transactions := func() (count int64) {
		check(admin.QueryRow(b.ctx, "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1", name).Scan(&count))
		return
	}
	began, processor, before := time.Now(), processorTime(), transactions()
	time.Sleep(time.Duration(b.seconds * float64(time.Second)))
	elapsed := time.Since(began).Seconds()
	result := map[string]any{
		"transactions": float64(transactions()-before) / elapsed,
		"client CPU":   (processorTime() - processor).Seconds() / elapsed * 100,
	}
	check(client.Stop(b.ctx))
	return result
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (b *bench) enqueue(callers int) any {
	client := b.client(nil, nil)
	began := time.Now()
	until := began.Add(time.Duration(b.seconds * float64(time.Second)))
	var calls atomic.Int64
	var all sync.WaitGroup
	for range callers {
		all.Add(1)
		go func() {
			defer all.Done()
			for time.Now().Before(until) {
				_, err := client.Insert(b.ctx, noOpArgs{}, nil)
				check(err)
				calls.Add(1)
			}
		}()
	}
	all.Wait()
	return rate(int(calls.Load()), began)
}

func (b *bench) enqueueMany() any {
	client := b.client(nil, nil)
	began := time.Now()
	until := began.Add(time.Duration(b.seconds * float64(time.Second)))
	jobs := 0
	for time.Now().Before(until) {
		_, err := client.InsertMany(b.ctx, batch(jobs, 1_000))
		check(err)
		jobs += 1_000
	}
	return rate(jobs, began)
}

func (b *bench) copyFast() any {
	client := b.client(nil, nil)
	began := time.Now()
	until := began.Add(time.Duration(b.seconds * float64(time.Second)))
	jobs := 0
	for time.Now().Before(until) {
		_, err := client.InsertManyFast(b.ctx, batch(jobs, 10_000))
		check(err)
		jobs += 10_000
	}
	return rate(jobs, began)
}

func (b *bench) latency(pause time.Duration) any {
	arrivals := make(chan time.Time, 1)
	client := b.client(workersOf(100), func(int) { arrivals <- time.Now() })
	check(client.Start(b.ctx))
	one := func(number int) float64 {
		began := time.Now()
		_, err := client.Insert(b.ctx, noOpArgs{Number: number}, nil)
		check(err)
		return float64((<-arrivals).Sub(began).Microseconds()) / 1_000
	}
	// Not counted: they open connections and prepare statements. As many as the others warm up with, unless each takes long.
	for range 60 {
		one(0)
		time.Sleep(pause / 3)
	}
	time.Sleep(2 * time.Second)
	times := make([]float64, b.jobs)
	for number := range times {
		times[number] = one(number)
		time.Sleep(pause)
	}
	check(client.Stop(b.ctx))
	return map[string]any{"times": times}
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
