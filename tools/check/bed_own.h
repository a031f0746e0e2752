/* SPDX-License-Identifier: MIT */
/* What bed.c and sending.c have in common. */
#ifndef EZ_CHECK_BED_OWN_H
#define EZ_CHECK_BED_OWN_H

#include "bed.h"
#include "tap.h"

struct ez_bed {
    char *alias;         /* owned */
    ez_executor *behind; /* owned; what the host knows its executor by; never started itself */
    ez_options *options; /* owned */
    ez_tap *tap;         /* while started */
    execz_executor *plugin;
    int blocks; /* of the tap before */

    pthread_mutex_t lock;
    /* Guarded by lock. */
    GPtrArray *sent;      /* ez_sent, owned */
    GHashTable *by_token; /* execz_run * -> ez_sent, borrowed */
};

/* Forgets all runs; none is open. */
void ez_bed_forget(ez_bed *self);

/* Takes a run that has ended.  [loop] */
void ez_sent_end(ez_run *run);

void ez_sent_free(void *argument);

#endif
