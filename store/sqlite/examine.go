package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
	lib "modernc.org/sqlite/lib"

	"tocsin/store"
)

// Examine implements store.Examiner. It reads the whole file.
func (db *DB) Examine(ctx context.Context) (e store.Examination, err error) {
	err = db.read("examining the store", func(pool *readers) error {
		if e.Schema, err = schema(ctx, pool.DB); err != nil {
			return err
		}
		if e.Damage, err = damage(ctx, pool); err != nil {
			return err
		}
		e.Workers, err = db.workers(ctx, pool)
		return err
	})
	if err != nil {
		return store.Examination{}, err
	}
	e.Size = sizeOf(db.file) + sizeOf(db.file+"-wal")
	e.Room = room(filepath.Dir(db.file))
	return e, nil
}

// maxDamage is how many lines of it are told.
const maxDamage = 20

// damage asks SQLite what is wrong with the file.
func damage(ctx context.Context, pool *readers) (lines []string, err error) {
	note := func(row scanner) error {
		var line string
		err := row.Scan(&line)
		if err == nil && line != "ok" {
			lines = append(lines, strings.Join(strings.Fields(line), " "))
		}
		return err
	}
	for _, query := range []string{
		fmt.Sprintf(`PRAGMA integrity_check(%d)`, maxDamage),
		fmt.Sprintf(`SELECT count(*) || ' rows of ' || "table" || ' speak of what is not in ' || parent
			FROM pragma_foreign_key_check GROUP BY "table", parent LIMIT %d`, maxDamage),
	} {
		rows, err := pool.QueryContext(ctx, query)
		if err == nil {
			err = each(rows, note)
		}
		if code(err) == lib.SQLITE_CORRUPT { // so much that nothing more can be told
			return append(lines, err.Error()), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// workers returns who holds anything, and else the process that signed the lock
// file, which works if it lives.
func (db *DB) workers(ctx context.Context, pool *readers) (workers []store.Worker, err error) {
	rows, err := pool.QueryContext(ctx, `
		SELECT holder, sum(kind = 'feed'), sum(kind = 'alert'), sum(kind = 'push'),
			coalesce(group_concat(name, char(10) ORDER BY name), '')
		FROM (
			SELECT holder, 'feed' AS kind, NULL AS name FROM feeds WHERE holder <> ''
			UNION ALL SELECT holder, 'alert', NULL FROM alerts WHERE holder <> ''
			UNION ALL SELECT holder, 'push', NULL FROM pushes WHERE holder <> ''
			UNION ALL SELECT holder, 'task', name FROM tasks WHERE holder <> '')
		GROUP BY holder ORDER BY holder`)
	if err != nil {
		return nil, err
	}
	pid, alive := workerProcess(db.file + ".lock")
	err = each(rows, func(row scanner) error {
		var w store.Worker
		var tasks string
		err := row.Scan(&w.Holder, &w.Feeds, &w.Alerts, &w.Pushes, &tasks)
		if tasks != "" {
			w.Tasks = strings.Split(tasks, "\n")
		}
		if alive { // what a dead one has is free as soon as somebody joins
			workers = append(workers, w)
		}
		return err
	})
	if err == nil && alive && len(workers) == 0 {
		workers = []store.Worker{{Holder: "process " + strconv.Itoa(pid)}}
	}
	return workers, err
}

// workerProcess returns the process that signed a lock file last, and whether it
// lives. The lock itself is not tried: a worker that begins just then would find it
// taken.
func workerProcess(lock string) (pid int, alive bool) {
	data, err := os.ReadFile(lock)
	if err != nil {
		return 0, false
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || pid <= 0 {
		return 0, false
	}
	err = unix.Kill(pid, 0)
	return pid, err == nil || err == unix.EPERM
}

// sizeOf is the size of a file; 0 where there is none.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// room is how much is free for us on the disk that a folder is on; -1 where the
// system does not say.
func room(folder string) int64 {
	var fs unix.Statfs_t
	if unix.Statfs(folder, &fs) != nil {
		return -1
	}
	return int64(fs.Bavail) * int64(fs.Bsize)
}
