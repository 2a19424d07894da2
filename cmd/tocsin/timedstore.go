package main

import (
	"context"
	"time"

	"tocsin/store"
)

// timedStore tells how long those operations took that polls and deliveries wait
// for.
type timedStore struct {
	store.Store
	took func(operation string, d time.Duration)
}

// since tells of an operation that began at a time.
func (s timedStore) since(begun time.Time, operation string) { s.took(operation, time.Since(begun)) }

func (s timedStore) ClaimDueFeeds(ctx context.Context, c store.Claim) ([]store.Feed, error) {
	defer s.since(time.Now(), "claim_feeds")
	return s.Store.ClaimDueFeeds(ctx, c)
}

func (s timedStore) Unknown(ctx context.Context, feed string, ids []string) ([]string, error) {
	defer s.since(time.Now(), "find_new")
	return s.Store.Unknown(ctx, feed, ids)
}

func (s timedStore) CommitPoll(ctx context.Context, p store.Poll, judge store.Judge) error {
	defer s.since(time.Now(), "commit_poll")
	return s.Store.CommitPoll(ctx, p, judge)
}

func (s timedStore) ClaimAlerts(ctx context.Context, c store.Claim) ([]store.Alert, error) {
	defer s.since(time.Now(), "claim_alerts")
	return s.Store.ClaimAlerts(ctx, c)
}

func (s timedStore) RecordDelivery(ctx context.Context, d store.Delivery) error {
	defer s.since(time.Now(), "record_delivery")
	return s.Store.RecordDelivery(ctx, d)
}
