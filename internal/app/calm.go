package app

import (
	"context"
	"log/slog"
)

// calm passes on what an operator should see of the queue's log: River tells of
// its own comings and goings at the level of information.
func calm(log *slog.Logger) *slog.Logger { return slog.New(calmed{log.Handler()}) }

type calmed struct{ slog.Handler }

// Enabled keeps everything below a warning out.
func (c calmed) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && c.Handler.Enabled(ctx, level)
}

// WithAttrs stays calm.
func (c calmed) WithAttrs(attrs []slog.Attr) slog.Handler { return calmed{c.Handler.WithAttrs(attrs)} }

// WithGroup stays calm too.
func (c calmed) WithGroup(name string) slog.Handler { return calmed{c.Handler.WithGroup(name)} }
