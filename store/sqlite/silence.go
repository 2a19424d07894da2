package sqlite

import (
	"context"
	"time"
)

// silenced is whether a queued verdict v, which the alert a is to end, is muted at ?1.
const silenced = `EXISTS (SELECT 1 FROM mutes WHERE until > ?1 AND target IN (
	'rule:' || v.rule,
	'story:' || a.story,
	'feed:' || (SELECT f.url FROM articles x JOIN feeds f ON f.id = x.feed WHERE x.seq = v.article)))`

// silence mutes what waits and is muted at a time: all of it, or what the alert with
// an ID is to say. What a digest says is in it already, and stays.
func (tx *tx) silence(ctx context.Context, at time.Time, alert string) error {
	var sayers []string
	err := tx.query(ctx, func(row scanner) error {
		var id string
		err := row.Scan(&id)
		sayers = append(sayers, id)
		return err
	}, `
		SELECT DISTINCT s.id
		FROM verdicts v
			JOIN alerts a ON a.id = v.alert
			JOIN alerts s ON s.id = iif(a.state = 'gathered', a.said_by, a.id)
		WHERE v.outcome = 'queued' AND s.state IN ('pending', 'waiting') AND s.holder = '' AND s.unsettled = 0
			AND s.kind <> 'digest' AND (?2 = '' OR s.id = ?2) AND `+silenced, micros(at), alert)
	if err != nil {
		return err
	}
	for _, id := range sayers {
		if _, err := tx.exec(ctx, `
			UPDATE verdicts AS v SET outcome = 'muted'
			FROM alerts a
			WHERE v.outcome = 'queued' AND a.id = v.alert AND (a.id = ?2 OR a.said_by = ?2 AND a.said_by <> '') AND `+silenced,
			micros(at), id); err != nil {
			return err
		}
		muted, err := tx.exec(ctx, `
			UPDATE alerts SET state = 'muted' WHERE id = ?1 AND NOT EXISTS (
				SELECT 1 FROM verdicts v JOIN alerts a ON a.id = v.alert
				WHERE v.outcome = 'queued' AND (a.id = ?1 OR a.said_by = ?1 AND a.said_by <> ''))`, id)
		if err != nil {
			return err
		}
		if muted == 0 {
			continue
		}
		if _, err := tx.exec(ctx, `UPDATE alerts SET state = 'muted' WHERE said_by = ? AND said_by <> '' AND state = 'gathered'`, id); err != nil {
			return err
		}
	}
	return nil
}
