/* SPDX-License-Identifier: MIT */
/* The executors whose ends of runs the loop looks for by itself before it sleeps. */
#ifndef EZ_EXECUTOR_LINGERERS_H
#define EZ_EXECUTOR_LINGERERS_H

#include "base/mailbox.h"

#include <execz/plugin.h>

#define EZ_LINGERERS_MAX 16

/* Zeroed at first.  [loop] */
typedef struct ez_lingerers {
    struct {
        const void *owner; /* borrowed */
        execz_lingerer one;
    } places[EZ_LINGERERS_MAX];
    uint32_t n;
    uint32_t begun; /* bits: those that look now */
} ez_lingerers;

/* Adds or replaces that of owner, or with NULL removes it.  EXECZ_E_LIMIT: there are too many;
 * EXECZ_E_INVAL: something of it is missing. */
execz_status ez_lingerers_set(ez_lingerers *self, const void *owner, const execz_lingerer *one);

/* Waits a moment for one of so many runs to end; see ez_mailbox_linger(). */
void ez_lingerers_wait(ez_lingerers *self, ez_mailbox *mailbox, size_t expected);

#endif
