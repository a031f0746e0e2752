/* SPDX-License-Identifier: MIT */
/* Changes on their way to a store: gathered one by one, committed together.
 *
 * All texts lie in one block, which may move while it grows; so until the batch is sealed, a change has
 * the offset of a text in the place of its address.  A batch that could not be committed is added to,
 * and sealed again.  [loop] */
#ifndef EZ_STORE_BATCH_H
#define EZ_STORE_BATCH_H

#include <execz/history.h>
#include <execz/store.h>

#include <stdbool.h>

#include <glib.h>

typedef struct ez_batch {
    GArray *changes;   /* owned; of execz_store_change */
    GString *texts;    /* owned */
    GPtrArray *sealed; /* owned; the changes, as a store wants them */
    GArray *addressed; /* owned; copies of the changes, with addresses */
    uint64_t dropped;  /* ends that found no room since the last clear */
} ez_batch;

/* Changes, and bytes of texts, that wait at most while a store fails; beyond, ends of occurrences are
 * dropped and counted. */
#define EZ_BATCH_CHANGES_MAX 2000000u
#define EZ_BATCH_BYTES_MAX (UINT64_C(1) << 29)

void ez_batch_init(ez_batch *self);
void ez_batch_deinit(ez_batch *self);
void ez_batch_clear(ez_batch *self);

/* About a task: kind is EXECZ_STORE_PUT_TASK, _NEXT_RUN, _REMOVE_TASK, _QUARANTINE or _RESTORE; record is
 * NULL where it has none. */
void ez_batch_task(ez_batch *self, uint32_t kind, const char *task, execz_time next_run,
                   const char *record);

/* About an occurrence: kind is EXECZ_STORE_OPEN, _END, _NOTE or _COVER; one that is opened does not
 * wait. */
void ez_batch_occurrence(ez_batch *self, uint32_t kind, const execz_history_record *given);

/* The same with OPEN for one that may wait, and how often in a row a scheduler has ended while it was
 * under way. */
void ez_batch_open(ez_batch *self, const execz_history_record *given, bool waits,
                   uint32_t restarts);

static inline size_t
ez_batch_length(const ez_batch *self)
{
    return self->changes->len;
}

/* The changes; valid until the batch is changed. */
const execz_store_change *const *ez_batch_seal(ez_batch *self);

#endif
