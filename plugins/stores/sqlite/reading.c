/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <stdio.h>
#include <string.h>

/* Steps through a statement; false if the database fails.  visit returns other than 0 to stop. */
static bool
each_row(sqlite3_stmt *statement, int32_t (*visit)(void *user, sqlite3_stmt *row), void *user)
{
    int code;

    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        if (visit(user, statement) != 0) {
            return true;
        }
    }
    return code == SQLITE_DONE;
}

static bool
query(sqlite3 *db, const char *sql, int32_t (*visit)(void *user, sqlite3_stmt *row), void *user)
{
    sqlite3_stmt *statement = NULL;
    bool fine = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
                each_row(statement, visit, user);

    sqlite3_finalize(statement);
    return fine;
}

static const char *
text_of(sqlite3_stmt *row, int column, uint64_t *length_out)
{
    const char *text = (const char *)sqlite3_column_text(row, column);

    *length_out = text == NULL ? 0 : (uint64_t)sqlite3_column_bytes(row, column);
    return text == NULL ? "" : text;
}

/* ---- tasks ----------------------------------------------------------------------------------- */

typedef struct telling {
    execz_store_task_function task;
    execz_store_occurrence_function occurrence;
    void *user;
    uint32_t n;   /* of the history, so far */
    bool stopped; /* nobody wants more */
} telling;

static int32_t
tell_task(void *user, sqlite3_stmt *row)
{
    const telling *to = user;
    execz_store_task task = {.size = sizeof task, .next_run = sqlite3_column_int64(row, 2)};
    uint64_t length;

    task.task = text_of(row, 0, &length);
    task.record = text_of(row, 1, &task.record_length);
    if (sqlite3_column_count(row) > 3) {
        task.reason = text_of(row, 3, &length);
        task.since = sqlite3_column_int64(row, 4);
    }
    return to->task(to->user, &task);
}

static int32_t
tell_open(void *user, sqlite3_stmt *row)
{
    const telling *to = user;
    execz_store_occurrence open = {.size = sizeof open,
                                   .run_time = sqlite3_column_int64(row, 1),
                                   .attempt = (uint32_t)sqlite3_column_int64(row, 2)};
    uint64_t length;

    open.task = text_of(row, 0, &length);
    open.record = text_of(row, 3, &open.record_length);
    open.waits = (uint32_t)sqlite3_column_int64(row, 4);
    return to->occurrence(to->user, &open);
}

execz_status
database_load(execz_store *self, execz_store_task_function task,
              execz_store_occurrence_function occurrence, void *user, execz_error *err)
{
    telling to = {task, occurrence, user, 0, false};
    char never[160];

    snprintf(never, sizeof never,
             "SELECT id, record, ifnull(at, %lld) FROM task LEFT JOIN next_run ON task = id"
             " ORDER BY id",
             (long long)EXECZ_TIME_NEVER);
    if (!query(self->writer, never, tell_task, &to) ||
        !query(self->writer,
               "SELECT task, run_time, attempt, record, waits FROM occurrence"
               " ORDER BY task, run_time",
               tell_open, &to)) {
        return database_fail(self, self->writer, "cannot read", err);
    }
    return EXECZ_OK;
}

/* Closes a reader that has met an error; the next one who asks gets a new one. */
static execz_status
fail_locked(execz_store *self, execz_error *err)
{
    execz_status status = database_fail(self, self->reader, "cannot read", err);

    database_close_reader_locked(self);
    return status;
}

execz_status
database_quarantined(execz_store *self, execz_store_task_function task, void *user,
                     execz_error *err)
{
    telling to = {task, NULL, user, 0, false};
    execz_status status;

    pthread_mutex_lock(&self->lock);
    status = database_open_reader_locked(self, err);
    if (status == EXECZ_OK &&
        !query(self->reader, "SELECT id, record, at, reason, since FROM quarantine ORDER BY id",
               tell_task, &to)) {
        status = fail_locked(self, err);
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

/* ---- history --------------------------------------------------------------------------------- */

static int32_t
tell_ended(void *user, sqlite3_stmt *row)
{
    telling *to = user;
    execz_store_occurrence ended = {
        .size = sizeof ended,
        .id = (uint64_t)sqlite3_column_int64(row, 0),
        .run_time = sqlite3_column_int64(row, 2),
        .attempt = (uint32_t)sqlite3_column_int64(row, 3),
        .outcome = (uint32_t)sqlite3_column_int64(row, 4),
        .finished = sqlite3_column_int64(row, 5),
    };
    uint64_t length;

    ended.task = text_of(row, 1, &length);
    ended.record = text_of(row, 6, &ended.record_length);
    ended.output = sqlite3_column_blob(row, 7);
    ended.output_length = ended.output == NULL ? 0 : (uint64_t)sqlite3_column_bytes(row, 7);
    to->n++;
    to->stopped = to->occurrence(to->user, &ended) != 0;
    return to->stopped;
}

/* An id is never below the time of its end, so that `since` is a range of ids; and a question for
 * failures says so, for the index that has nothing else. */
static void
write_query(const execz_store_query *wanted, char *sql, size_t size)
{
    snprintf(sql, size,
             "SELECT id, task, run_time, attempt, outcome, finished, record, %s FROM history"
             " WHERE id < ?1 AND id >= ?2 AND finished >= ?2 AND finished < ?3"
             " AND (1 << outcome) & ?4%s%s%s%s ORDER BY id DESC LIMIT ?5",
             wanted->output != 0 ? "output" : "NULL",
             (wanted->outcomes & (1u << EXECZ_OUTCOME_OK)) == 0 ? " AND outcome <> 1" : "",
             wanted->task != NULL ? " AND chunk = ?9 AND task = ?6" : "",
             wanted->run_time != EXECZ_TIME_NEVER ? " AND run_time = ?7" : "",
             wanted->id != 0 ? " AND id = ?8" : "");
}

static void
bind_query(const execz_store_query *wanted, sqlite3_stmt *statement)
{
    sqlite3_bind_int64(statement, 1,
                       wanted->before == 0 || wanted->before > INT64_MAX ? INT64_MAX
                                                                         : (int64_t)wanted->before);
    sqlite3_bind_int64(statement, 2, wanted->since);
    sqlite3_bind_int64(statement, 3, wanted->until);
    sqlite3_bind_int64(statement, 4, wanted->outcomes);
    sqlite3_bind_int64(statement, 5, wanted->limit);
    if (wanted->task != NULL) {
        sqlite3_bind_text(statement, 6, wanted->task, -1, SQLITE_STATIC);
    }
    sqlite3_bind_int64(statement, 7, wanted->run_time);
    sqlite3_bind_int64(statement, 8, (int64_t)wanted->id);
}

/* Ids ascend from chunk to chunk, so that the newest come first this way. */
static bool
tell_chunks(sqlite3 *db, const execz_store_query *wanted, sqlite3_stmt *statement, telling *to)
{
    sqlite3_int64 chunk = database_number(db, "SELECT ifnull(max(chunk), -1) FROM history");
    sqlite3_int64 oldest = database_number(db, "SELECT ifnull(min(chunk), 0) FROM history");
    bool fine = true;

    for (; fine && chunk >= oldest && !to->stopped && to->n < wanted->limit; chunk--) {
        sqlite3_bind_int64(statement, 5, wanted->limit - to->n);
        sqlite3_bind_int64(statement, 9, chunk);
        fine = each_row(statement, tell_ended, to);
        sqlite3_reset(statement);
    }
    return fine;
}

static bool
tell_history(sqlite3 *db, const execz_store_query *wanted, telling *to)
{
    sqlite3_stmt *statement = NULL;
    char sql[512];
    bool fine;

    write_query(wanted, sql, sizeof sql);
    fine = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK;
    if (fine) {
        bind_query(wanted, statement);
        fine = wanted->task == NULL ? each_row(statement, tell_ended, to)
                                    : tell_chunks(db, wanted, statement, to);
    }
    sqlite3_finalize(statement);
    return fine;
}

execz_status
database_history(execz_store *self, const execz_store_query *wanted,
                 execz_store_occurrence_function occurrence, void *user, execz_error *err)
{
    telling to = {NULL, occurrence, user, 0, false};
    execz_status status;

    pthread_mutex_lock(&self->lock);
    status = database_open_reader_locked(self, err);
    if (status == EXECZ_OK && !tell_history(self->reader, wanted, &to)) {
        status = fail_locked(self, err);
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

/* ---- check ----------------------------------------------------------------------------------- */

static int32_t
note_finding(void *user, sqlite3_stmt *row)
{
    execz_error *err = user;
    uint64_t length;
    const char *finding = text_of(row, 0, &length);

    if (strcmp(finding, "ok") != 0) {
        snprintf(err->message, sizeof err->message,
                 "%s; stop execz, then restore it from a backup, or save what can be read with "
                 "sqlite3 FILE .recover",
                 finding);
    }
    return 1;
}

/* It may take minutes, and nobody is to wait for it who asks something else. */
execz_status
database_check(execz_store *self, execz_error *err)
{
    sqlite3 *db = NULL;
    execz_status status = database_open_another(self, &db, err);

    if (status != EXECZ_OK) {
        return status;
    }
    err->message[0] = '\0';
    if (!query(db, "PRAGMA integrity_check(1)", note_finding, err)) {
        status = database_fail(self, db, "cannot check", err);
    } else if (err->message[0] != '\0') {
        status = EXECZ_E_IO;
    }
    sqlite3_close(db);
    return status;
}
