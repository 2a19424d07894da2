package store

import (
	"context"
	"time"
)

// Tasks is what an engine can do for work that is to be done by one daemon at a
// time, at its times: retention, digests.
type Tasks interface {
	// ClaimTask leases the task of that name to c.Holder, if it is due by c.Now and
	// nobody else holds a running lease on it; ok says so. The holder may claim it
	// again for as long as it works, which prolongs the lease. A task of which the
	// store never heard is due, and due is the zero time then; else it is what
	// FinishTask said. c.Limit and c.PerHost do not matter.
	ClaimTask(ctx context.Context, c Claim, name string) (due time.Time, ok bool, err error)

	// FinishTask makes the task due at the time next, and gives the lease back. The
	// error is ErrLeaseLost, and nothing is changed, where holder has none.
	FinishTask(ctx context.Context, holder, name string, next time.Time) error
}
