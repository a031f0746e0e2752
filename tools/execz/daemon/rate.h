/* SPDX-License-Identifier: MIT */
/* How many requests a user may make: a bucket for each, which fills at a steady rate. */
#ifndef EZ_DAEMON_RATE_H
#define EZ_DAEMON_RATE_H

#include <stdbool.h>
#include <sys/types.h>

#include <glib.h>

#include <execz/types.h>

#define EZ_RATE_PER_SECOND 2000 /* requests of one user, in the long run */
#define EZ_RATE_BURST 10000     /* requests of one user at once */

typedef struct ez_rate ez_rate;

ez_rate *ez_rate_new(void);
void ez_rate_free(ez_rate *self);

/* Takes one of the user's requests at a monotonic time; false if there is none left, and then err says so. */
bool ez_rate_take(ez_rate *self, uid_t uid, execz_time now, execz_error *err);

#endif
