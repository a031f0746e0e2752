/* SPDX-License-Identifier: MIT */
/* Every run time that was submitted, and whether it has ended: exactly once. */
#ifndef EZ_TESTS_MODEL_LEDGER_H
#define EZ_TESTS_MODEL_LEDGER_H

#include <execz/execz.h>

#include <glib.h>

typedef struct ledger {
    GHashTable *open;  /* "task run-time", owned -> the attempt in hand */
    GHashTable *ended; /* the same, as a set */
    uint64_t n_submitted, n_retried, n_ended, n_unsubmitted, n_refused;
    uint64_t
        n_by_hand; /* run times that somebody asked for, and of which it was told what became */
    _Atomic(execz_run) last; /* that was submitted */
    uint64_t n_faults;       /* all told on stderr, up to some */
} ledger;

void ledger_init(ledger *self);
void ledger_deinit(ledger *self);

/* An execz_listener.  [loop] */
void ledger_take(void *self, const execz_event *event);

/* A fault for each run time that is open.  Nothing runs. */
void ledger_expect_all_ended(ledger *self);

#endif
