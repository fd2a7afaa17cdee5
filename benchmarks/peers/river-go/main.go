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
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

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
		"burn-100":     func() any { return b.burn(&river.Config{Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}}}) },
		"burn-1000":    func() any { return b.burn(&river.Config{Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1_000}}}) },
		"burn-tuned":   func() any { return b.burn(&river.Config{FetchCooldown: 2 * time.Millisecond, FetchPollInterval: 20 * time.Millisecond, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2_000}}}) },
		"enqueue-1":    func() any { return b.enqueue(1) },
		"enqueue-16":   func() any { return b.enqueue(16) },
		"enqueue-1000": func() any { return b.enqueueMany() },
		"copy":         func() any { return b.copyFast() },
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

func (b *bench) burn(config *river.Config) any {
	inserter := b.client(nil, nil)
	for at := 0; at < b.jobs; at += 10_000 {
		_, err := inserter.InsertManyFast(b.ctx, batch(at, min(10_000, b.jobs-at)))
		check(err)
	}
	_, err := b.pool.Exec(b.ctx, "ANALYZE")
	check(err)
	_, err = b.pool.Exec(b.ctx, "CHECKPOINT")
	check(err)

	var done atomic.Int64
	client := b.client(config, func(int) { done.Add(1) })
	began := time.Now()
	check(client.Start(b.ctx))
	for done.Load() < int64(b.jobs) {
		time.Sleep(2 * time.Millisecond)
	}
	for completed := 0; completed < b.jobs; {
		check(b.pool.QueryRow(b.ctx, "SELECT count(*) FROM river_job WHERE state = 'completed'").Scan(&completed))
	}
	result := rate(b.jobs, began)
	check(client.Stop(b.ctx))
	return result
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
	client := b.client(&river.Config{Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}}}, func(int) { arrivals <- time.Now() })
	check(client.Start(b.ctx))
	one := func(number int) float64 {
		began := time.Now()
		_, err := client.Insert(b.ctx, noOpArgs{Number: number}, nil)
		check(err)
		return float64((<-arrivals).Sub(began).Microseconds()) / 1_000
	}
	one(0)
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
