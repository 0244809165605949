package job

import (
	"fmt"
	"log/slog"
)

// quiet hands asynq's log to ours. That Redis is away is news once, and asynq
// says it for as long as it lasts: its errors are warnings here.
type quiet struct{ log *slog.Logger }

// The methods of asynq.Logger. Fatal does not end the process: it is ours.
func (q quiet) Debug(args ...any) { q.log.Debug("asynq", "says", fmt.Sprint(args...)) }
func (q quiet) Info(args ...any)  { q.log.Debug("asynq", "says", fmt.Sprint(args...)) }
func (q quiet) Warn(args ...any)  { q.log.Warn("asynq", "says", fmt.Sprint(args...)) }
func (q quiet) Error(args ...any) { q.log.Warn("asynq", "says", fmt.Sprint(args...)) }
func (q quiet) Fatal(args ...any) { q.log.Error("asynq", "says", fmt.Sprint(args...)) }
