package postgres

import (
	"testing"

	"tocsin/store"
	"tocsin/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		db := openStore(t)
		db.callersClock = true // the suite's day is its own
		return db
	})
}
