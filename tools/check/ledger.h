/* SPDX-License-Identifier: MIT */
/* What bodies tell the check that has sent them, and what it tells them: memory that any process can
 * map, because an executor may take a body to another one. */
#ifndef EZ_CHECK_LEDGER_H
#define EZ_CHECK_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { EZ_SLIPS = 8192, EZ_SLIP_TIMES = 4 };

/* One run. */
typedef struct ez_slip {
    /* Set before it is sent. */
    atomic_uint holds; /* its body waits until it is released or told to stop */
    atomic_uint fails;
    atomic_uint released;

    /* By the body. */
    atomic_uint began, ended;             /* run times */
    atomic_uint stopped;                  /* a wait of it was told to stop */
    atomic_uint order;                    /* which body was the first to begin, from 1 */
    _Atomic int64_t times[EZ_SLIP_TIMES]; /* the run times in the order in which they began */
} ez_slip;

typedef struct ez_ledger {
    atomic_uint began, running, most; /* bodies: in all, now, and at the same time */
    ez_slip slips[EZ_SLIPS];
} ez_ledger;

/* Maps the file that is the ledger; NULL if that fails. */
ez_ledger *ez_ledger_map(const char *path);

/* What a body does: begin, again and again wait as long as it is to (nap() gives less than 0 to stop
 * it), and end.  Returns false if it is to fail or was stopped. */
bool ez_ledger_live(ez_ledger *self, unsigned slip, int64_t run_time, int (*nap)(void *user),
                    void *user);

#endif
