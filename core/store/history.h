/* SPDX-License-Identifier: MIT */
/* The last records of a scheduler, in memory.
 *
 * A record is one block that is counted: a query takes references under the lock and tells without it,
 * so that neither the loop nor a listener ever waits for a slow reader.  [any-thread] */
#ifndef EZ_STORE_HISTORY_H
#define EZ_STORE_HISTORY_H

#include <stdbool.h>

#include <glib.h>

#include <execz/history.h>

typedef struct ez_history ez_history;

/* Keeps the last n records, but not more than bytes of them. */
ez_history *ez_history_new(uint32_t n, size_t bytes);
void ez_history_free(ez_history *self); /* NULL is fine */

/* Adds a copy of record, to which it gives an id. */
void ez_history_add(ez_history *self, const execz_history_record *record);

/* As execz_scheduler_history() promises; filter is whole and was checked. */
void ez_history_query(ez_history *self, const execz_history_filter *filter,
                      execz_history_function visit, void *user);

/* A copy of what is given with its texts shortened, for ez_history_unref(); and telling of such copies. */
execz_history_record *ez_history_copy(const execz_history_record *given);
void ez_history_unref(void *record);
void ez_history_tell(const GPtrArray *records, const execz_history_filter *filter,
                     execz_history_function visit, void *user);

/* Fills *whole_out with filter, which may be NULL or of another version, and checks it. */
execz_status ez_history_read_filter(const execz_history_filter *filter,
                                    execz_history_filter *whole_out, execz_error *err);

/* Whether filter names record, but for its limit. */
bool ez_history_matches(const execz_history_filter *filter, const execz_history_record *record);

/* The id of a record that ends at `finished` after the one of id last: the time, but always later. */
static inline uint64_t
ez_history_next_id(uint64_t last, execz_time finished)
{
    return (uint64_t)finished > last && finished > 0 ? (uint64_t)finished : last + 1;
}

/* Cuts record's texts to what is kept of one: head and tail of output, and no value that is longer.
 * Returns the head and the tail in one, for g_free(); NULL if nothing was cut. */
char *ez_history_shorten(execz_history_record *record);

#endif
