/* SPDX-License-Identifier: MIT */
/* A scheduler by the system's clock that watches a directory of the test's own, with plugins in it. */
#ifndef TESTS_SCHEDULER_GENERATIONS_H
#define TESTS_SCHEDULER_GENERATIONS_H

#include "scheduler/scheduler.h"

typedef struct generations {
    char *directory; /* owned */
    execz_scheduler *scheduler;
    GString *log; /* of the loop's thread: it dispatches */
} generations;

/* With this plugin (NULL: none) as generation.so and an executor "default" of it, started. */
generations *generations_new(const char *plugin);
void generations_free(generations *self);

/* Puts that plugin into the place of generation.so at once, or takes it away (NULL). */
void generations_install(generations *self, const char *plugin);

/* Dispatches until text is in the log. */
void generations_await(generations *self, const char *text);

#endif
