/* SPDX-License-Identifier: MIT */
/* What happens to the files of plugins while the scheduler runs: a thread watches their directories,
 * has what is new loaded in another process first, and leaves its news for the loop. */
#ifndef EZ_SCHEDULER_ARRIVALS_H
#define EZ_SCHEDULER_ARRIVALS_H

#include "scheduler/scheduler.h"

enum ez_arrival {
    EZ_ARRIVAL_USABLE, /* new, or not what it was */
    EZ_ARRIVAL_BROKEN, /* the same, but of no use: why */
    EZ_ARRIVAL_GONE,
};

typedef struct ez_plugin_news {
    enum ez_arrival what;
    char *path;      /* owned, as the next three */
    char *alias;     /* the main one of its first part, or the name of the file */
    char *version;   /* NULL: not known */
    char *sum;       /* of the bytes that were looked at; "" if they could not be read */
    bool was_usable; /* of one that is gone: there has been a plugin */
    execz_error why;
} ez_plugin_news;

void ez_plugin_news_free(void *data);

typedef struct ez_arrivals ez_arrivals;

/* Begins to watch, with what the catalog knows as known; NULL if the system refuses. */
ez_arrivals *ez_arrivals_start(execz_scheduler *scheduler, execz_error *err);

/* Waits for its thread.  NULL is fine. */
void ez_arrivals_stop(ez_arrivals *self);

/* Whether there is news.  [any-thread]; NULL is fine: none */
bool ez_arrivals_any(ez_arrivals *self);

/* The news since the last call, the oldest first; free with g_ptr_array_unref(). */
GPtrArray *ez_arrivals_take(ez_arrivals *self);

#endif
