package sqlite

import (
	"strings"
	"testing"
)

// However large the archive: neither of these reads all of it, nor sorts it.
func TestTheArchiveIsReadByItsIndexes(t *testing.T) {
	t.Parallel()
	db := openStore(t)
	for query, args := range map[string][]any{
		pageQuery:    {1, 2, 3, 4},
		addressQuery: {"https://a.example/page"},
	} {
		rows, err := db.readers.QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query, args...)
		check(t, err)
		check(t, each(rows, func(row scanner) error {
			var id, parent, unused int
			var detail string
			if err := row.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			if strings.HasPrefix(detail, "SCAN") || query == pageQuery && strings.Contains(detail, "TEMP B-TREE") {
				t.Errorf("%s\nin %s", detail, query)
			}
			return nil
		}))
	}
}
