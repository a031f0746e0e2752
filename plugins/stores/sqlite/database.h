/* SPDX-License-Identifier: MIT */
/* The store in a SQLite database.
 *
 * Two connections: the writer is the loop's alone, the reader is for whoever asks, one at a time.  With
 * the write-ahead log neither waits for the other.  Each batch is one transaction, and with
 * synchronous=FULL it is on the disk when that is committed.
 *
 * A connection that has met an error of the disk is closed; the next call opens a new one. */
#ifndef SQLITE_STORE_DATABASE_H
#define SQLITE_STORE_DATABASE_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include <execz/store.h>

#include <sqlite3.h>

/* The statements of the writer, each prepared when it is first needed. */
enum {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_PUT_TASK,
    STATEMENT_PUT_NEXT,
    STATEMENT_NEXT_RUN,
    STATEMENT_REMOVE_TASK,
    STATEMENT_REMOVE_NEXT,
    STATEMENT_OPEN,
    STATEMENT_END,
    STATEMENT_COVER,
    STATEMENT_HISTORY,
    STATEMENT_QUARANTINE,
    STATEMENT_RESTORE_TASK,
    STATEMENT_RESTORE_NEXT,
    STATEMENT_RESTORED,
    STATEMENT_FORGET,
    N_STATEMENTS
};

/* How long records stay in the history; 0: without limit. */
typedef struct retention {
    int64_t age;   /* ns */
    int64_t count; /* records */
    int64_t size;  /* bytes of the whole database */
} retention;

/* The history as it is with what is not committed yet. */
typedef struct tally {
    sqlite3_int64 last_id;
    int64_t n;           /* records */
    sqlite3_int64 chunk; /* the newest, and how many records it has */
    int64_t n_chunk;
} tally;

struct execz_store {
    const execz_store_host *host;
    char *path;  /* owned */
    bool normal; /* synchronous=NORMAL: a loss of power may take the last batches */
    retention keep;

    /* [loop] */
    sqlite3 *writer; /* NULL: to be opened again */
    dev_t device;    /* of the file that it has open, as the next two */
    ino_t inode;     /* 0: none was opened yet */
    off_t length;    /* that it had when it was looked at last */
    ino_t log; /* of its write-ahead log, in which the last commits are; 0: nothing is in it */
    sqlite3_stmt *statements[N_STATEMENTS];
    tally history;
    tally committed;   /* the same of the last commit, for when one is rolled back */
    int64_t retain_at; /* monotonic; when age and size are looked at next */

    /* Guarded by lock. */
    pthread_mutex_t lock;
    sqlite3 *reader; /* NULL: to be opened */
};

/* ---- connection.c ---------------------------------------------------------------------------- */

/* Fills err with what the database says is wrong with what was tried: "cannot write". */
execz_status database_fail(const execz_store *self, sqlite3 *db, const char *what,
                           execz_error *err);

/* Opens the writer if it is not, and brings what is kept up to date. */
execz_status database_open_writer(execz_store *self, execz_error *err);

/* Whether the file that the writer has open is still the one under its path: what is written to another
 * one is lost. */
execz_status database_check_file(execz_store *self, execz_error *err);
void database_close_writer(execz_store *self);

/* Notes the write-ahead log, to which something was committed. */
void database_note_log(execz_store *self);
/* If somebody has removed that log: it still is open here, and what is in it gets into the database
 * before anything is added. */
void database_save_log(execz_store *self);

/* One more reader, for sqlite3_close(): for what takes long. */
execz_status database_open_another(const execz_store *self, sqlite3 **db_out, execz_error *err);

/* Opens the reader if it is not.  With the lock held. */
execz_status database_open_reader_locked(execz_store *self, execz_error *err);
void database_close_reader_locked(execz_store *self);

/* Whether a connection with this error is not worth keeping. */
bool database_is_spoilt(sqlite3 *db);

/* The first column of the first row of an SQL query; -1 if that fails. */
sqlite3_int64 database_number(sqlite3 *db, const char *sql);

/* ---- changes.c ------------------------------------------------------------------------------- */

execz_status database_commit(execz_store *self, const execz_store_change *const *changes,
                             uint64_t n, execz_error *err);

/* ---- reading.c ------------------------------------------------------------------------------- */

execz_status database_load(execz_store *self, execz_store_task_function task,
                           execz_store_occurrence_function occurrence, void *user,
                           execz_error *err);
execz_status database_history(execz_store *self, const execz_store_query *wanted,
                              execz_store_occurrence_function occurrence, void *user,
                              execz_error *err);
execz_status database_quarantined(execz_store *self, execz_store_task_function task, void *user,
                                  execz_error *err);
execz_status database_check(execz_store *self, execz_error *err);

#endif
