/* SPDX-License-Identifier: MIT */
/* A fixture that keeps all events as they were, to look at everything they say. */
#ifndef EZ_TESTS_WITNESS_H
#define EZ_TESTS_WITNESS_H

#include "fixture.h"

/* A started scheduler with an executor "default" of this type; a threadpool has one worker. */
fixture *witness_new(const char *executor_type);
void witness_free(fixture *host);

/* Adds a task that is due each minute, with a misfire grace time of ten. */
void witness_add(fixture *host, const char *id, const char *function, execz_duration timeout,
                 uint32_t coalesce);

/* The last event of this code; fails the test if there is none. */
const execz_event *witness_event(uint64_t code);

/* That event says this and nothing else: each of its fields that is not 0 or NULL stands in the
 * text, times as seconds since the fake clock began. */
void witness_expect(uint64_t code, const char *text);

#endif
