/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* "EXCZ": so that no other program's database is taken for ours. */
#define APPLICATION_ID 0x4558435a
#define BUSY_TIMEOUT 100 /* ms that somebody else may hold the database; then the loop goes on */
#define CHECKPOINT_PAGES 4000 /* of the log; the more, the fewer are written twice */

/* Each brings the database of the version before it to its own, the first makes it.  One that was
 * shipped is never changed. */
static const char *const versions[] = {
    "CREATE TABLE task (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE next_run (task TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE occurrence (task TEXT NOT NULL, run_time INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (task, run_time))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE history (id INTEGER PRIMARY KEY, task TEXT NOT NULL, run_time INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, outcome INTEGER NOT NULL, finished INTEGER NOT NULL,"
    " record TEXT NOT NULL, output BLOB) STRICT;"
    "CREATE INDEX history_of_task ON history (task, id);"
    "CREATE INDEX history_failed ON history (id) WHERE outcome <> 1;"
    "CREATE TABLE quarantine (id TEXT PRIMARY KEY, record TEXT NOT NULL, at INTEGER NOT NULL,"
    " reason TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    /* What is found by task is found chunk by chunk, so that what ends together is together in the
     * index, whatever its tasks; and what is open tells whether it waits. */
    "DROP INDEX history_of_task;"
    "ALTER TABLE history ADD COLUMN chunk INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX history_of_task ON history (chunk, task);"
    "ALTER TABLE occurrence ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;",
};

#define N_VERSIONS ((int)(sizeof versions / sizeof versions[0]))

/* ---- errors ---------------------------------------------------------------------------------- */

static const char *
advice(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "; the disk is full: make room, and it goes on";
    case SQLITE_READONLY:
        return "; it is read-only: mount its file system for writing, or see to its permissions";
    case SQLITE_CANTOPEN:
        return "; see to the directory and its permissions";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "; restore it from a backup, or move it away: an empty one is made then";
    case SQLITE_BUSY:
        return "; another program holds it: end that";
    default:
        return "";
    }
}

static void
describe(const execz_store *self, int code, const char *message, const char *what, execz_error *err)
{
    err->status = EXECZ_E_IO;
    snprintf(err->message, sizeof err->message, "%s %s: %s (%s)%s", what, self->path, message,
             sqlite3_errstr(code), advice(code));
}

execz_status
database_fail(const execz_store *self, sqlite3 *db, const char *what, execz_error *err)
{
    describe(self, sqlite3_extended_errcode(db), sqlite3_errmsg(db), what, err);
    return err->status;
}

bool
database_is_spoilt(sqlite3 *db)
{
    int code = sqlite3_errcode(db) & 0xff;

    return code == SQLITE_IOERR || code == SQLITE_READONLY || code == SQLITE_CORRUPT ||
           code == SQLITE_NOTADB || code == SQLITE_CANTOPEN;
}

sqlite3_int64
database_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_int64 number = -1;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        number = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    return number;
}

/* ---- versions -------------------------------------------------------------------------------- */

static execz_status
refuse(const execz_store *self, const char *why, execz_error *err)
{
    err->status = EXECZ_E_UNSUPPORTED;
    snprintf(err->message, sizeof err->message, "%s %s", self->path, why);
    return err->status;
}

/* Brings the database from one version to the next, or leaves it as it was. */
static bool
upgrade(sqlite3 *db, int version)
{
    char number[128];

    snprintf(number, sizeof number, "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT;",
             APPLICATION_ID, version + 1);
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, versions[version], NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, number, NULL, NULL, NULL) == SQLITE_OK) {
        return true;
    }
    return false;
}

static execz_status
bring_up_to_date(execz_store *self, execz_error *err)
{
    int version = (int)database_number(self->writer, "PRAGMA user_version");
    sqlite3_int64 application = database_number(self->writer, "PRAGMA application_id");
    sqlite3_int64 tables = database_number(self->writer, "SELECT count(*) FROM sqlite_schema");

    if (version < 0 || tables < 0) {
        return database_fail(self, self->writer, "cannot read", err);
    }
    if (application != APPLICATION_ID && (application != 0 || tables > 0)) {
        return refuse(self, "is another program's database: give the store another path", err);
    }
    if (version > N_VERSIONS) {
        return refuse(self, "was written by a newer execz: use that one, or another path", err);
    }
    for (; version < N_VERSIONS; version++) {
        if (!upgrade(self->writer, version)) {
            return database_fail(self, self->writer, "cannot bring up to date", err);
        }
    }
    return EXECZ_OK;
}

/* ---- connections ----------------------------------------------------------------------------- */

static execz_status
connect_to(const execz_store *self, const char *settings, sqlite3 **db_out, execz_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    sqlite3 *db = NULL;
    int code;

    if (self->inode == 0) {
        flags |= SQLITE_OPEN_CREATE; /* later it is there, or something is wrong */
    }
    code = sqlite3_open_v2(self->path, &db, flags, NULL);

    if (code == SQLITE_OK) {
        sqlite3_extended_result_codes(db, 1);
        sqlite3_busy_timeout(db, BUSY_TIMEOUT);
        code = sqlite3_exec(db, settings, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK && sqlite3_db_readonly(db, "main") == 1) {
        describe(self, SQLITE_READONLY, "it may not be written", "cannot open", err);
        sqlite3_close(db);
        return err->status; /* SQLite is content with reading it */
    }
    if (code != SQLITE_OK) {
        describe(self, code, db == NULL ? "no memory" : sqlite3_errmsg(db), "cannot open", err);
        sqlite3_close(db);
        return err->status;
    }
    *db_out = db;
    return EXECZ_OK;
}

/* How far the history is; false if it cannot be read.  Ids are times: what is said to have ended in the
 * year 2255 or later is damaged, and nothing is counted on from there. */
static bool
count_history(execz_store *self)
{
    tally *history = &self->history;

    history->last_id = database_number(self->writer, "SELECT ifnull(max(id), 0) FROM history"
                                                     " WHERE id < 9000000000000000000");
    history->n = database_number(self->writer, "SELECT count(*) FROM history");
    history->chunk = database_number(self->writer, "SELECT ifnull(max(chunk), 0) FROM history");
    history->n_chunk = database_number(self->writer, "SELECT count(*) FROM history WHERE chunk ="
                                                     " (SELECT max(chunk) FROM history)");
    return history->last_id >= 0 && history->n >= 0 && history->chunk >= 0 && history->n_chunk >= 0;
}

/* Notes which file the writer has open, or makes sure that it is the one of before. */
static execz_status
identify(execz_store *self, execz_error *err)
{
    struct stat now;

    if (self->inode == 0 && stat(self->path, &now) == 0) {
        self->device = now.st_dev;
        self->inode = now.st_ino;
    }
    return database_check_file(self, err);
}

execz_status
database_open_writer(execz_store *self, execz_error *err)
{
    char settings[256];
    execz_status status;

    if (self->writer != NULL) {
        return EXECZ_OK;
    }
    snprintf(settings, sizeof settings,
             "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA cache_size=-16000;"
             "PRAGMA wal_autocheckpoint=%d; PRAGMA journal_size_limit=67108864",
             self->normal ? "NORMAL" : "FULL", CHECKPOINT_PAGES);
    status = connect_to(self, settings, &self->writer, err);
    if (status != EXECZ_OK) {
        return status;
    }
    status = identify(self, err);
    if (status == EXECZ_OK) {
        status = bring_up_to_date(self, err);
    }
    if (status == EXECZ_OK && !count_history(self)) {
        status = database_fail(self, self->writer, "cannot read", err);
    }
    if (status != EXECZ_OK) {
        database_close_writer(self);
    }
    return status;
}

execz_status
database_check_file(execz_store *self, execz_error *err)
{
    struct stat now;

    err->status = EXECZ_E_IO;
    if (stat(self->path, &now) < 0) {
        snprintf(err->message, sizeof err->message,
                 "%s is gone: %s; put it back, or start execz anew to begin without it", self->path,
                 strerror(errno));
    } else if (now.st_dev != self->device || now.st_ino != self->inode) {
        snprintf(err->message, sizeof err->message,
                 "%s is another file than the one that was opened; put that back, or start execz "
                 "anew to go on with this one",
                 self->path);
    } else if (now.st_size < self->length) {
        snprintf(err->message, sizeof err->message,
                 "%s had %lld bytes and has %lld now: somebody has cut it off; stop execz and "
                 "restore it from a backup",
                 self->path, (long long)self->length, (long long)now.st_size);
    } else {
        self->length = now.st_size;
        return EXECZ_OK;
    }
    return err->status;
}

void
database_close_writer(execz_store *self)
{
    for (int i = 0; i < N_STATEMENTS; i++) {
        sqlite3_finalize(self->statements[i]);
        self->statements[i] = NULL;
    }
    sqlite3_close(self->writer);
    self->writer = NULL;
    self->log = 0;
}

/* ---- the write-ahead log ---------------------------------------------------------------------- */

/* 0: it is not there. */
static ino_t
find_log(const execz_store *self)
{
    char path[PATH_MAX];
    struct stat now;

    return snprintf(path, sizeof path, "%s-wal", self->path) < (int)sizeof path &&
                   stat(path, &now) == 0
               ? now.st_ino
               : 0;
}

void
database_note_log(execz_store *self)
{
    if (self->log == 0) {
        self->log = find_log(self);
    }
}

void
database_save_log(execz_store *self)
{
    if (self->log == 0 || find_log(self) == self->log) {
        return;
    }
    self->host->log(
        self->host, EXECZ_LOG_WARNING,
        "somebody has removed the database's write-ahead log, execz.db-wal, while it "
        "was in use; nothing is lost, but a crash before would have lost what was in it");
    pthread_mutex_lock(&self->lock);
    database_close_reader_locked(self);
    pthread_mutex_unlock(&self->lock);
    database_close_writer(self); /* the last one to close it moves what is in it */
}

execz_status
database_open_another(const execz_store *self, sqlite3 **db_out, execz_error *err)
{
    return connect_to(self, "PRAGMA query_only=1", db_out, err);
}

execz_status
database_open_reader_locked(execz_store *self, execz_error *err)
{
    return self->reader != NULL ? EXECZ_OK : database_open_another(self, &self->reader, err);
}

void
database_close_reader_locked(execz_store *self)
{
    sqlite3_close(self->reader);
    self->reader = NULL;
}
