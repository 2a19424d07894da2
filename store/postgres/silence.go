package postgres

import (
	"context"
	"time"
)

// silenced is whether a queued verdict v, which the alert a is to end, is muted at $1.
const silenced = `EXISTS (SELECT 1 FROM mutes m WHERE m.until > $1 AND m.target IN (
	'rule:' || v.rule,
	'story:' || a.story,
	'feed:' || (SELECT f.url FROM articles x JOIN feeds f ON f.id = x.feed WHERE x.seq = v.article)))`

// silence mutes what waits and is muted at a time: all of it, or what the alert with
// an ID is to say. What a digest says is in it already, and stays. What another daemon
// is about to claim is left to it.
func (tx tx) silence(ctx context.Context, at time.Time, alert string) error {
	var sayers []string
	err := tx.each(ctx, func(row row) error {
		var id string
		err := row.Scan(&id)
		sayers = append(sayers, id)
		return err
	}, `
		SELECT id FROM alerts WHERE holder = '' AND state IN ('pending', 'waiting') AND id IN (
			SELECT s.id
			FROM verdicts v
				JOIN alerts a ON a.id = v.alert
				JOIN alerts s ON s.id = CASE WHEN a.state = 'gathered' THEN a.said_by ELSE a.id END
			WHERE v.outcome = 'queued' AND s.state IN ('pending', 'waiting') AND s.holder = '' AND NOT s.unsettled
				AND s.kind <> 'digest' AND ($2 = '' OR s.id = $2) AND `+silenced+`)
		FOR UPDATE SKIP LOCKED`, at, alert)
	if err != nil || len(sayers) == 0 {
		return err
	}
	var b batch
	b.queue(`
		UPDATE verdicts AS v SET outcome = 'muted'
		FROM alerts a
		WHERE v.outcome = 'queued' AND a.id = v.alert AND (a.id = ANY ($2) OR a.said_by = ANY ($2) AND a.said_by <> '') AND `+silenced, at, sayers)
	b.queue(`
		UPDATE alerts SET state = 'muted' WHERE id = ANY ($1) AND NOT EXISTS (
			SELECT 1 FROM verdicts v JOIN alerts a ON a.id = v.alert
			WHERE v.outcome = 'queued' AND (a.id = alerts.id OR a.said_by = alerts.id AND a.said_by <> ''))`, sayers)
	b.queue(`
		UPDATE alerts SET state = 'muted' WHERE said_by = ANY ($1) AND said_by <> '' AND state = 'gathered'
			AND said_by IN (SELECT id FROM alerts WHERE id = ANY ($1) AND state = 'muted')`, sayers)
	return tx.send(ctx, &b)
}
