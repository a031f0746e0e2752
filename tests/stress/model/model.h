/* SPDX-License-Identifier: MIT */
/* A scheduler, and what is known of it. */
#ifndef EZ_TESTS_MODEL_MODEL_H
#define EZ_TESTS_MODEL_MODEL_H

#include "ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { THREADS = 4, TASKS = 24, CALLS_PER_SECOND = 400 };

typedef struct model_task {
    pthread_mutex_t lock; /* of the fields, and of calls about this task */
    char id[16];
    bool exists, paused;
    bool resumes; /* by itself, so that nobody knows whether it is paused */
} model_task;

typedef struct model {
    execz_scheduler *scheduler;
    ledger ledger;
    pthread_rwlock_t life; /* read: it runs; write: somebody stops and starts it */
    model_task tasks[TASKS];
    pthread_mutex_t executor_lock;
    bool has_other; /* executor */
    uint64_t seed;
    uint64_t calls; /* of each thread */
    uint64_t n_restarts;
    atomic_uint_fast64_t n_asked; /* runs by hand */
    atomic_uint_fast64_t n_faults, n_told;
} model;

typedef struct caller {
    model *model;
    uint64_t state; /* of its random numbers */
} caller;

/* A random number below n, the next of this caller. */
unsigned below(caller *self, unsigned n);

/* Adds the functions that tasks call. */
execz_status add_functions(execz_scheduler *scheduler, execz_error *err);

/* A fault, unless the call that is named so answered what it had to. */
void expect(model *self, const char *what, const char *about, execz_status status,
            execz_status expected, const execz_error *err);

/* One random call, in most cases about a task.  [a caller's thread, while it runs] */
void call_something(caller *self);

/* Stops the scheduler and starts it again.  [a caller's thread, alone] */
void call_restart(caller *self);

#endif
