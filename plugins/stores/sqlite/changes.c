/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <stdio.h>
#include <string.h>

/* Records in one chunk of the index by task.  What ends together is in a few pages of it, whatever its
 * tasks; and a question about one task looks once into each chunk. */
#define CHUNK 4096
#define RETAIN_EVERY (60 * EXECZ_SECOND) /* age and size are looked at */
#define RETAIN_STEP 2000 /* records forgotten in one commit at most, beside as many as came */

static const char *const texts[N_STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_PUT_TASK] = "REPLACE INTO task (id, record) VALUES (?1, ?2)",
    [STATEMENT_PUT_NEXT] = "REPLACE INTO next_run (task, at) VALUES (?1, ?2)",
    [STATEMENT_NEXT_RUN] = "UPDATE next_run SET at = ?2 WHERE task = ?1",
    [STATEMENT_REMOVE_TASK] = "DELETE FROM task WHERE id = ?1",
    [STATEMENT_REMOVE_NEXT] = "DELETE FROM next_run WHERE task = ?1",
    [STATEMENT_OPEN] = "INSERT INTO occurrence (task, run_time, attempt, record, waits)"
                       " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
                       " attempt = excluded.attempt, record = excluded.record,"
                       " waits = excluded.waits WHERE excluded.attempt >= attempt",
    [STATEMENT_END] = "DELETE FROM occurrence WHERE task = ?1 AND run_time = ?2 AND attempt <= ?3",
    [STATEMENT_COVER] = "DELETE FROM occurrence WHERE task = ?1 AND run_time = ?2",
    [STATEMENT_HISTORY] = "INSERT INTO history"
                          " (id, task, run_time, attempt, outcome, finished, record, output, chunk)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [STATEMENT_QUARANTINE] = "REPLACE INTO quarantine (id, record, at, reason, since)"
                             " SELECT id, record, ifnull(at, ?2), ?3, ?4 FROM task"
                             " LEFT JOIN next_run ON task = id WHERE id = ?1",
    [STATEMENT_RESTORE_TASK] =
        "INSERT OR IGNORE INTO task (id, record) SELECT id, record FROM quarantine"
        " WHERE id = ?1",
    [STATEMENT_RESTORE_NEXT] = "REPLACE INTO next_run (task, at) SELECT id, at FROM quarantine"
                               " WHERE id = ?1",
    [STATEMENT_RESTORED] = "DELETE FROM quarantine WHERE id = ?1 AND record ="
                           " (SELECT record FROM task WHERE id = ?1)",
    [STATEMENT_FORGET] = "DELETE FROM history WHERE id IN"
                         " (SELECT id FROM history WHERE id < ?1 ORDER BY id LIMIT ?2)",
};

/* The statement, ready to be bound; NULL if the database cannot make it. */
static sqlite3_stmt *
get(execz_store *self, int which)
{
    if (self->statements[which] == NULL &&
        sqlite3_prepare_v3(self->writer, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &self->statements[which], NULL) != SQLITE_OK) {
        return NULL;
    }
    return self->statements[which];
}

/* Runs it; *changed_out, if wanted, tells how many rows it has changed. */
static bool
run(execz_store *self, sqlite3_stmt *statement, int *changed_out)
{
    bool done = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;

    if (done && changed_out != NULL) {
        *changed_out = sqlite3_changes(self->writer);
    }
    if (statement != NULL) {
        sqlite3_reset(statement);
    }
    return done;
}

static void
bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

/* A statement about a task, with a number and a text if the statement has more. */
static bool
run_on_task(execz_store *self, int which, const char *task, int64_t number, const char *text)
{
    sqlite3_stmt *statement = get(self, which);

    if (statement == NULL) {
        return false;
    }
    bind_text(statement, 1, task);
    if (which == STATEMENT_PUT_TASK) {
        bind_text(statement, 2, text);
    } else if (sqlite3_bind_parameter_count(statement) > 1) {
        sqlite3_bind_int64(statement, 2, number);
    }
    if (which == STATEMENT_QUARANTINE) {
        bind_text(statement, 3, text);
        sqlite3_bind_int64(statement, 4, self->host->now(self->host, EXECZ_CLOCK_REAL));
    }
    return run(self, statement, NULL);
}

static bool
remove_task(execz_store *self, const char *task)
{
    return run_on_task(self, STATEMENT_REMOVE_TASK, task, 0, NULL) &&
           run_on_task(self, STATEMENT_REMOVE_NEXT, task, 0, NULL);
}

static bool
put_task(execz_store *self, const execz_store_change *change)
{
    return run_on_task(self, STATEMENT_PUT_TASK, change->task, 0, change->record) &&
           run_on_task(self, STATEMENT_PUT_NEXT, change->task, change->next_run, NULL);
}

static bool
quarantine(execz_store *self, const execz_store_change *change)
{
    return run_on_task(self, STATEMENT_QUARANTINE, change->task, EXECZ_TIME_NEVER,
                       change->record) &&
           remove_task(self, change->task);
}

static bool
restore(execz_store *self, const execz_store_change *change)
{
    return run_on_task(self, STATEMENT_RESTORE_TASK, change->task, 0, NULL) &&
           run_on_task(self, STATEMENT_RESTORE_NEXT, change->task, 0, NULL) &&
           run_on_task(self, STATEMENT_RESTORED, change->task, 0, NULL);
}

/* ---- occurrences ----------------------------------------------------------------------------- */

/* The statement bound to the identity of an occurrence, and its attempt if it has a place for it. */
static sqlite3_stmt *
get_bound(execz_store *self, int which, const execz_store_change *change)
{
    sqlite3_stmt *statement = get(self, which);

    if (statement != NULL) {
        bind_text(statement, 1, change->task);
        sqlite3_bind_int64(statement, 2, change->run_time);
        if (which != STATEMENT_COVER) {
            sqlite3_bind_int64(statement, 3, change->attempt);
        }
    }
    return statement;
}

/* A host from before there was this field does not tell. */
static bool
waits(const execz_store_change *change)
{
    return change->size >= sizeof *change && change->waits != 0;
}

static bool
open_occurrence(execz_store *self, const execz_store_change *change)
{
    sqlite3_stmt *statement = get_bound(self, STATEMENT_OPEN, change);

    if (statement != NULL) {
        bind_text(statement, 4, change->record);
        sqlite3_bind_int64(statement, 5, waits(change));
    }
    return run(self, statement, NULL);
}

/* Counts one record more.  Ids are the times of the ends, made unique: so what is older than a time is a
 * range of them. */
static void
count_one(tally *history, execz_time finished)
{
    history->last_id = finished > history->last_id ? finished : history->last_id + 1;
    history->n++;
    if (++history->n_chunk > CHUNK) {
        history->chunk++;
        history->n_chunk = 1;
    }
}

static bool
add_history(execz_store *self, const execz_store_change *change)
{
    sqlite3_stmt *statement = get(self, STATEMENT_HISTORY);

    if (statement == NULL) {
        return false;
    }
    count_one(&self->history, change->finished);
    sqlite3_bind_int64(statement, 1, self->history.last_id);
    bind_text(statement, 2, change->task);
    sqlite3_bind_int64(statement, 3, change->run_time);
    sqlite3_bind_int64(statement, 4, change->attempt);
    sqlite3_bind_int64(statement, 5, change->outcome);
    sqlite3_bind_int64(statement, 6, change->finished);
    bind_text(statement, 7, change->record);
    if (change->output == NULL) {
        sqlite3_bind_null(statement, 8);
    } else {
        sqlite3_bind_blob64(statement, 8, change->output, change->output_length, SQLITE_STATIC);
    }
    sqlite3_bind_int64(statement, 9, self->history.chunk);
    return run(self, statement, NULL);
}

static bool
end(execz_store *self, const execz_store_change *change)
{
    int ended = 0;

    return run(self, get_bound(self, STATEMENT_END, change), &ended) &&
           (ended == 0 || add_history(self, change));
}

static bool
note(execz_store *self, const execz_store_change *change)
{
    return run(self, get_bound(self, STATEMENT_COVER, change), NULL) && add_history(self, change);
}

/* ---- all ------------------------------------------------------------------------------------- */

static bool
apply(execz_store *self, const execz_store_change *change)
{
    switch (change->kind) {
    case EXECZ_STORE_PUT_TASK:
        return put_task(self, change);
    case EXECZ_STORE_NEXT_RUN:
        return run_on_task(self, STATEMENT_NEXT_RUN, change->task, change->next_run, NULL);
    case EXECZ_STORE_REMOVE_TASK:
        return remove_task(self, change->task);
    case EXECZ_STORE_OPEN:
        return open_occurrence(self, change);
    case EXECZ_STORE_END:
        return end(self, change);
    case EXECZ_STORE_NOTE:
        return note(self, change);
    case EXECZ_STORE_COVER:
        return run(self, get_bound(self, STATEMENT_COVER, change), NULL);
    case EXECZ_STORE_QUARANTINE:
        return quarantine(self, change);
    default:
        return restore(self, change);
    }
}

static bool
forget(execz_store *self, int64_t before, int64_t limit)
{
    sqlite3_stmt *statement = get(self, STATEMENT_FORGET);
    int forgotten = 0;

    if (statement == NULL) {
        return false;
    }
    sqlite3_bind_int64(statement, 1, before);
    sqlite3_bind_int64(statement, 2, limit);
    if (!run(self, statement, &forgotten)) {
        return false;
    }
    self->history.n -= forgotten;
    return true;
}

static int64_t
used_bytes(sqlite3 *db)
{
    return (database_number(db, "PRAGMA page_count") -
            database_number(db, "PRAGMA freelist_count")) *
           database_number(db, "PRAGMA page_size");
}

/* Forgets what is too old or too much, in steps that take a few milliseconds. */
static bool
retain(execz_store *self, int64_t n_came)
{
    int64_t step = RETAIN_STEP + n_came;
    int64_t now = self->host->now(self->host, EXECZ_CLOCK_MONOTONIC);
    int64_t before = self->history.n;
    int64_t oldest = self->host->now(self->host, EXECZ_CLOCK_REAL) - self->keep.age;

    if (self->keep.count > 0 && self->history.n > self->keep.count) {
        int64_t over = self->history.n - self->keep.count;

        if (!forget(self, INT64_MAX, over < step ? over : step)) {
            return false;
        }
    }
    if (now < self->retain_at) {
        return true;
    }
    if ((self->keep.age > 0 && !forget(self, oldest, step)) ||
        (self->keep.size > 0 && used_bytes(self->writer) > self->keep.size &&
         !forget(self, INT64_MAX, step))) {
        return false;
    }
    if (before - self->history.n < step) {
        self->retain_at = now + RETAIN_EVERY; /* else there is more: with the next commit */
    }
    return true;
}

static bool
apply_all(execz_store *self, const execz_store_change *const *changes, uint64_t n)
{
    int64_t before = self->history.n;

    if (!run(self, get(self, STATEMENT_BEGIN), NULL)) {
        return false;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (!apply(self, changes[i])) {
            return false;
        }
    }
    return retain(self, self->history.n - before) && run(self, get(self, STATEMENT_COMMIT), NULL);
}

/* Takes back what was not committed. */
static execz_status
roll_back(execz_store *self, execz_error *err)
{
    execz_status status = database_fail(self, self->writer, "cannot write to", err);
    bool spoilt = database_is_spoilt(self->writer);

    if (!sqlite3_get_autocommit(self->writer)) {
        (void)sqlite3_exec(self->writer, "ROLLBACK", NULL, NULL, NULL);
    }
    self->history = self->committed;
    if (spoilt) {
        database_close_writer(self);
    }
    return status;
}

execz_status
database_commit(execz_store *self, const execz_store_change *const *changes, uint64_t n,
                execz_error *err)
{
    execz_status status;

    for (uint64_t i = 0; i < n; i++) {
        if (changes[i]->kind < EXECZ_STORE_PUT_TASK || changes[i]->kind > EXECZ_STORE_COVER) {
            snprintf(err->message, sizeof err->message, "a change of kind %u is not known",
                     changes[i]->kind);
            return EXECZ_E_UNSUPPORTED;
        }
    }
    status = self->writer == NULL ? EXECZ_OK : database_check_file(self, err);
    if (status != EXECZ_OK) {
        return status;
    }
    database_save_log(self);
    status = database_open_writer(self, err);
    if (status != EXECZ_OK) {
        return status;
    }
    self->committed = self->history;
    if (!apply_all(self, changes, n)) {
        return roll_back(self, err);
    }
    database_note_log(self);
    return EXECZ_OK;
}
