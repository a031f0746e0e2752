/* SPDX-License-Identifier: MIT */
/* One store under check, in a directory of its own.  Its calls are made on the thread that checks.
 *
 * Times are given and told as nanoseconds since its epoch, the time at which it was made: a store may
 * forget what is old. */
#ifndef EZ_CHECK_STORE_BED_H
#define EZ_CHECK_STORE_BED_H

#include <glib.h>

#include <execz/store.h>

#include "plugin/options.h"

typedef struct ez_store_bed {
    const execz_store_ops *ops;
    ez_options *options; /* owned */
    char *directory;     /* owned; removed at the end */
    execz_store_host host;
    execz_store *store; /* NULL: it is not open */
    execz_time epoch;

    /* What load(), history() or quarantined() has told last, as lines. */
    GString *told;
} ez_store_bed;

/* Loads the plugin and makes a directory; with the options that were given to the checker, and name with
 * value on top (NULL: none). */
ez_store_bed *ez_store_bed_new(const char *name, const char *value);

/* The second ends the check as failed if that fails. */
execz_status ez_store_bed_try_open(ez_store_bed *self, execz_error *err);
void ez_store_bed_open(ez_store_bed *self);
void ez_store_bed_close(ez_store_bed *self);

/* A new one, open. */
ez_store_bed *ez_store_bed_opened(void);

/* Closes it, opens it again, and has it load: as after the end of a scheduler. */
void ez_store_bed_reopen(ez_store_bed *self);

/* Closes it and removes all. */
void ez_store_bed_free(ez_store_bed *self);

/* Commits n changes; the second ends the check as failed if that fails. */
execz_status ez_store_bed_try_commit(ez_store_bed *self, const execz_store_change *changes,
                                     size_t n, execz_error *err);
void ez_store_bed_commit(ez_store_bed *self, const execz_store_change *changes, size_t n);

/* Commits the changes, at least one. */
#define EZ_STORE_COMMIT(bed, ...)                                                                  \
    ez_store_bed_commit((bed), (const execz_store_change[]){__VA_ARGS__},                          \
                        G_N_ELEMENTS(((const execz_store_change[]){__VA_ARGS__})))

/* A task with some record. */
static inline execz_store_change
ez_store_put(const char *task, execz_time next)
{
    return (execz_store_change){
        .kind = EXECZ_STORE_PUT_TASK, .task = task, .next_run = next, .record = "{\"v\":1}"};
}

/* Each leaves in told a line for each thing: "task ID NEXT RECORD", "open TASK TIME ATTEMPT RECORD", with
 * " waits" behind if it does, "ended TASK TIME ATTEMPT OUTCOME RECORD OUTPUT", "quarantined ID REASON". */
void ez_store_bed_load(ez_store_bed *self);
void ez_store_bed_history(ez_store_bed *self, execz_store_query query);
void ez_store_bed_quarantined(ez_store_bed *self);

/* Fails the check unless that is what was told. */
void ez_store_bed_expect(const ez_store_bed *self, const char *when, const char *lines);

#endif
