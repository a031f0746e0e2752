/* SPDX-License-Identifier: MIT */
/* Waits for any of a command's few descriptors, through whatever waiter its executor has. */
#ifndef EZ_FUNCTION_WATCH_H
#define EZ_FUNCTION_WATCH_H

#include "function/waiter.h"
#include "task/body.h"

#include <poll.h>

#define EZ_WATCH_MAX 4

typedef struct ez_watch {
    const ez_body *body;
    ez_waiter waiter;
    int epoll; /* of all of fds, for a waiter that waits for one; -1: this thread may block */
    int n;
    struct pollfd fds[EZ_WATCH_MAX + 1]; /* and one for the interrupt */
} ez_watch;

/* The system's errno in each: 0 is success. */
int ez_watch_init(ez_watch *self, const ez_body *body);
int ez_watch_add(ez_watch *self, int fd);

void ez_watch_remove(ez_watch *self, int fd);
void ez_watch_deinit(ez_watch *self);

/* Waits until one is readable, or at its end: 0.  -ECANCELED or -ETIMEDOUT if the run has to stop,
 * another negative errno if it cannot be waited. */
int32_t ez_watch_wait(ez_watch *self);

/* The same until deadline, for a run that is told to stop already; it may return before. */
void ez_watch_wait_stopping(ez_watch *self, int64_t deadline);

#endif
