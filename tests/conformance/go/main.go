// The calls of Go's SDK at its defaults, with only AWS_ENDPOINT_URL, a region and keys in the environment. The other
// clients have staged nothing for it: it makes its own role, bucket, pictures, function and state machine.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

const (
	bucket = "conformance-go"
	role   = "conformance-go-role"
)

// run runs the parts in order and reports each; the first that fails ends the program.
func run(ctx context.Context, cfg aws.Config) error {
	parts := []struct {
		name string
		part func(context.Context, aws.Config) error
	}{
		{"identity", identity}, {"objects", objects}, {"settings", settings}, {"functions", functions},
		{"machines", machines}, {"messages", messages}, {"training", training}, {"endpoint", endpoint},
	}
	for _, one := range parts {
		started := time.Now()
		if err := one.part(ctx, cfg); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		fmt.Printf("  go.%s %.1f s\n", one.name, time.Since(started).Seconds())
	}
	return nil
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err == nil {
		err = run(ctx, cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
