// Command river-go is a client of River for Go that RiverGoTests drive: river-go <postgres URL>.
// It works the queue "go" and takes a command a line: what it did is a line each on standard output.
package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

type probeArgs struct {
	Number int `json:"number"`
}

func (probeArgs) Kind() string { return "probe" }

type endlessArgs struct{}

func (endlessArgs) Kind() string { return "endless" }

type chargeArgs struct {
	Account string `json:"account" river:"unique"`
	Trace   string `json:"trace"`
}

func (chargeArgs) Kind() string { return "charge" }

var output sync.Mutex

func say(format string, values ...any) {
	output.Lock()
	defer output.Unlock()
	fmt.Printf(format+"\n", values...)
}

func main() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, os.Args[1])
	check(err)
	defer pool.Close()

	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	check(err)
	validated, err := migrator.Validate(ctx, nil)
	check(err)
	say("schema %t", validated.OK)

	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(_ context.Context, job *river.Job[probeArgs]) error {
		say("worked %d", job.Args.Number)
		return nil
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[endlessArgs]) error {
		say("began %d", job.ID)
		<-ctx.Done()
		return ctx.Err()
	}))
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{
		FetchPollInterval: 200 * time.Millisecond,
		Logger:            slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Queues:            map[string]river.QueueConfig{"go": {MaxWorkers: 10}},
		// It enqueues for others, too.
		SkipUnknownJobCheck: true,
		Workers:             workers,
	})
	check(err)
	check(client.Start(ctx))
	say("started")

	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "probes": // probes <queue> <from> <count>
			from, count := number(words[2]), number(words[3])
			params := make([]river.InsertManyParams, count)
			for i := range params {
				params[i] = river.InsertManyParams{Args: probeArgs{Number: int(from) + i}, InsertOpts: &river.InsertOpts{Queue: words[1]}}
			}
			_, err := client.InsertMany(ctx, params)
			check(err)
			say("inserted %d", count)
		case "charge": // charge <account> <trace>
			result, err := client.Insert(ctx, chargeArgs{Account: words[1], Trace: words[2]}, &river.InsertOpts{Queue: "nobody", UniqueOpts: river.UniqueOpts{ByArgs: true}})
			check(err)
			say("charged %d %t", result.Job.ID, result.UniqueSkippedAsDuplicate)
		case "endless":
			result, err := client.Insert(ctx, endlessArgs{}, &river.InsertOpts{Queue: words[1]})
			check(err)
			say("inserted %d", result.Job.ID)
		case "cancel":
			_, err := client.JobCancel(ctx, number(words[1]))
			check(err)
			say("cancelled")
		case "pause":
			check(client.QueuePause(ctx, words[1], nil))
			say("paused")
		case "resume":
			check(client.QueueResume(ctx, words[1], nil))
			say("resumed")
		default:
			fail(fmt.Errorf("no command %q", words[0]))
		}
	}

	check(client.Stop(ctx))
	say("stopped")
}

func number(word string) int64 {
	value, err := strconv.ParseInt(word, 10, 64)
	check(err)
	return value
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
