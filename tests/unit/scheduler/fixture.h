/* SPDX-License-Identifier: MIT */
/* A real scheduler with real plugins, a clock that the test turns, and a record of all events. */
#ifndef EZ_TESTS_SCHEDULER_FIXTURE_H
#define EZ_TESTS_SCHEDULER_FIXTURE_H

#include "scheduler/scheduler.h"
#include "support/fake_clock.h"

typedef struct fixture {
    fake_clock clock;
    execz_scheduler *scheduler;
    GString *events; /* "submitted:a executed:a ...", without the "task_" in front */
    GString *log;
} fixture;

/* A scheduler with an executor "default" of this type; NULL: with none, also once started. */
fixture *fixture_new(const char *executor_type);

/* The same with a durable store in that directory. */
fixture *fixture_new_in(const char *executor_type, const char *state_dir);
void fixture_free(fixture *self);

/* The same, started, and with no event so far. */
fixture *fixture_new_started(const char *executor_type);

/* Adds a task that calls tests:NAME (see functions.c) by this trigger. */
void fixture_add(fixture *self, const char *id, const char *trigger, const char *function);
void fixture_add_spec(fixture *self, const execz_task_spec *spec);

/* Time passes; then the loop does what there is to do until it finds nothing more. */
void fixture_advance(fixture *self, execz_duration duration);
void fixture_settle(fixture *self);

/* Waits until pattern stands in the events, dispatching; fails the test after PATIENCE. */
void fixture_wait_for(fixture *self, const char *pattern);

/* Waits until a thread is within tests:deaf, or one that does the same: it is told as started before,
 * when it may still be cancelled. */
void fixture_wait_until_deaf(void);

/* Lets tests:deaf return. */
void fixture_let_deaf_go(void);

/* The same after a shutdown that gave it up, and waits for its thread. */
void fixture_release_deaf(fixture *self);

/* What was recorded since the last call. */
const char *fixture_take_events(fixture *self);

/* That was these, and no others. */
void fixture_expect_events(fixture *self, const char *expected);

/* With one run in flight, of the task "long", that ends only when it is cancelled. */
fixture *fixture_new_running(void);

/* No fixture: a scheduler by the system's clock, with a task "a" that is due every 10 ms. */
execz_scheduler *fixture_real_scheduler(const char *executor_type);

#endif
