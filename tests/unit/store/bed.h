/* SPDX-License-Identifier: MIT */
/* The store sqlite in a directory of its own, and a batch for it. */
#ifndef EZ_TESTS_STORE_BED_H
#define EZ_TESTS_STORE_BED_H

#include "store/store.h"
#include "support/fake_clock.h"

typedef struct bed {
    char *directory;
    fake_clock clock;
    ez_log log;
    ez_store *store;
    ez_batch batch;
    GString *seen;
} bed;

/* The times of these tests are long ago. */
extern const ez_setting bed_for_ever[1];

bed bed_new(void);
void bed_free(bed *self);

/* A store that is not open; NULL if its options are wrong. */
ez_store *bed_make(bed *self, const ez_setting *settings, size_t n, ez_report *report);

/* With an open one. */
void bed_open(bed *self, const ez_setting *settings, size_t n);
void bed_reopen(bed *self);
/* It cannot be opened, for that reason, and its directory is named; the store is left as it is. */
void bed_expect_refusal(bed *self, const char *part);

/* Adds an occurrence to the batch; with an outcome one that has ended. */
void bed_occurrence(bed *self, uint32_t kind, const char *task, execz_time run_time,
                    uint32_t attempt, uint32_t outcome);
void bed_commit(bed *self);

#endif
