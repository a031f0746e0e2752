/* SPDX-License-Identifier: MIT */
/* Threads started on behalf of one executor: counted, named, deaf to signals, and joined. */
#ifndef EZ_EXECUTOR_THREADS_H
#define EZ_EXECUTOR_THREADS_H

#include <pthread.h>
#include <stdbool.h>

#include <execz/plugin.h>

typedef struct ez_thread ez_thread;

typedef struct ez_threads {
    pthread_mutex_t lock;
    pthread_cond_t all_ended; /* on the monotonic clock */
    /* Guarded by lock. */
    unsigned n_running;
    ez_thread *ended; /* ran out, not yet joined */
} ez_threads;

void ez_threads_init(ez_threads *self);
void ez_threads_deinit(ez_threads *self); /* after a successful ez_threads_join() */

/* Runs function(argument) on a new thread.  EXECZ_E_LIMIT if there can be no more.  [any-thread] */
execz_status ez_threads_start(ez_threads *self, const char *name, void (*function)(void *),
                              void *argument);

/* Joins all; false if some still run at the deadline on the monotonic clock. */
bool ez_threads_join(ez_threads *self, int64_t deadline);

unsigned ez_threads_running(ez_threads *self);

#endif
