/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME "execz.db" /* in the state directory */

static execz_status
fail(execz_error *err, execz_status status, const char *message)
{
    err->status = status;
    snprintf(err->message, sizeof err->message, "%s", message);
    return status;
}

static char *
join(const char *directory, const char *name)
{
    size_t size = strlen(directory) + strlen(name) + 2;
    char *path = malloc(size);

    if (path != NULL) {
        snprintf(path, size, "%s/%s", directory, name);
    }
    return path;
}

static void
read_options(execz_store *self)
{
    const char *synchronous = self->host->option(self->host, "synchronous");

    self->normal = synchronous != NULL && strcmp(synchronous, "normal") == 0;
    (void)self->host->option_i64(self->host, "retain_age", &self->keep.age);
    (void)self->host->option_i64(self->host, "retain_count", &self->keep.count);
    (void)self->host->option_i64(self->host, "retain_size", &self->keep.size);
}

static void
close_store(execz_store *self)
{
    database_close_reader_locked(self);
    database_close_writer(self);
    pthread_mutex_destroy(&self->lock);
    free(self->path);
    free(self);
}

static execz_status
open_store(const execz_store_host *host, const char *alias, execz_store **store_out,
           execz_error *err)
{
    const char *path = host->option(host, "path");
    execz_store *self = calloc(1, sizeof *self);
    execz_status status;

    (void)alias;
    if (self == NULL) {
        return fail(err, EXECZ_E_NOMEM, "out of memory");
    }
    self->host = host;
    pthread_mutex_init(&self->lock, NULL);
    self->path = path != NULL && path[0] != '\0' ? strdup(path) : join(host->state_dir, FILE_NAME);
    if (self->path == NULL) {
        close_store(self);
        return fail(err, EXECZ_E_NOMEM, "out of memory");
    }
    read_options(self);
    status = database_open_writer(self, err);
    if (status != EXECZ_OK) {
        close_store(self);
        return status;
    }
    *store_out = self;
    return EXECZ_OK;
}

static const execz_store_ops ops = {
    .size = sizeof ops,
    .open = open_store,
    .load = database_load,
    .commit = database_commit,
    .history = database_history,
    .close = close_store,
    .quarantined = database_quarantined,
    .check = database_check,
};

/* clang-format off */
EXECZ_OPTIONS(
    options, "sqlite",
    EXECZ_OPTION(PATH, 0, "path", "", "", "the database; without it execz.db in the state directory"),
    EXECZ_OPTION(CHOICE, 0, "synchronous", "full", "full|normal",
                 "normal: faster, but a loss of power may take what was committed last"),
    EXECZ_OPTION(DURATION, 0, "retain_age", "90d", "0s..36500d",
                 "how long ends stay in the history; 0: for ever"),
    EXECZ_OPTION(INT, 0, "retain_count", "1000000", "0..1000000000",
                 "how many ends stay in the history; 0: without limit"),
    EXECZ_OPTION(SIZE, 0, "retain_size", "1GiB", "0..1TiB",
                 "beyond this size of the database the oldest ends go; 0: without limit"));
/* clang-format on */

EXECZ_STORE_PLUGIN("org.execz.sqlite", "sqlite", EXECZ_VERSION,
                   "Keeps tasks and their history in a SQLite database", ops,
                   EXECZ_STORE_OPTIONS(options));
