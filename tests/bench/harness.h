/* SPDX-License-Identifier: MIT */
/* One executor as the scheduler would have it: the plugin that is shipped, its real host, runs,
 * mailbox and bodies, and a loop that sleeps on the scheduler's descriptor.
 *
 * Only harness.c and bed.c know the inside of execz.  All is called on one thread, the loop. */
#ifndef TESTS_BENCH_HARNESS_H
#define TESTS_BENCH_HARNESS_H

#include "bench.h"

#include "task/outcome.h"
#include "task/task.h"

#include <execz/function.h>

typedef struct harness harness;

/* Starts the executor alias with options ("key=value", ended by NULL; or NULL).  NULL with the reason
 * in why if its plugin is not installed. */
harness *harness_new(const char *alias, const char *const *options, char *why);
void harness_free(harness *self);

/* Adds functions, valid for ever, as the module "bench". */
void harness_add_functions(harness *self, const execz_function *const *functions, size_t n);

/* A task of self: a function "module:name" with arguments (JSON, or NULL), or a command. */
ez_task *harness_function(harness *self, const char *function, const char *args);
ez_task *harness_command(harness *self, const char *const *argv);

/* Is told how each run ends; NULL: whatever is not OK ends the benchmark. */
typedef void (*harness_listener)(void *user, const ez_outcome *outcome);
void harness_listen(harness *self, harness_listener listener, void *user);

/* Opens a run of task and sends it; false if the executor is busy. */
bool harness_send(harness *self, ez_task *task);

/* Takes what came to the loop and closes the runs that have finished; waits for something to come if
 * there is nothing and wait says so.  How many runs. */
size_t harness_collect(harness *self, bool wait);

/* Runs task n times, at most window at the same time. */
void harness_run(harness *self, ez_task *task, uint64_t n, uint64_t window);

/* Cancels what is in flight and closes it, however it ends. */
void harness_cancel(harness *self);

/* A host of its own on the same mailbox, for what a plugin may ask of its host. */
const execz_host *harness_host(harness *self);

#endif
