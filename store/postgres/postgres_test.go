package postgres

import (
	"testing"

	"tocsin/store"
	"tocsin/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return openStore(t) })
}
