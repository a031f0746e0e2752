/* SPDX-License-Identifier: MIT */
/* What a body tells the host, in whatever process it runs.  The lock is held. */
#ifndef TESTS_CONFORMANCE_BODY_H
#define TESTS_CONFORMANCE_BODY_H

#include "host.h"

/* Whether a body may run: the run is open, this run time is its next (if not, that is a misuse), and
 * it is not cancelled. */
bool body_may_begin_locked(host *self, const run *one, execz_time run_time);

void body_begin_locked(host *self, run *one);
bool body_waits_locked(const run *one);
void body_end_locked(host *self);

#endif
