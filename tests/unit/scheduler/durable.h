/* SPDX-License-Identifier: MIT */
/* Schedulers with a state directory.  A crash is a copy of that while runs are under way: what a second
 * scheduler finds there is what kill -9 would have left. */
#ifndef EZ_TESTS_SCHEDULER_DURABLE_H
#define EZ_TESTS_SCHEDULER_DURABLE_H

#include "fixture.h"

void durable_start(fixture *self);

/* A started scheduler in that directory whose clock is that of other, or a new one. */
fixture *durable_in(const char *executor_type, const char *directory, const fixture *other);

/* Adds the task "a", due every minute. */
void durable_add(fixture *self, const char *function, uint32_t delivery);

/* One that is not started, with a task of a configuration. */
fixture *durable_of_configuration(const char *directory, const char *id, const char *function);

/* What a crash of self would leave, taken over by another one; self goes. */
fixture *durable_after_crash(fixture *self, char **directory);

/* "task#attempt=outcome ", the newest first. */
void durable_expect_history(fixture *self, const char *wanted);

/* Whether it is among the events so far. */
void durable_expect_event(fixture *self, const char *event, bool wanted);

#endif
