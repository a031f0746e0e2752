/* SPDX-License-Identifier: MIT */
/* What is checked of an executor; each check starts it and stops it. */
#ifndef TESTS_CONFORMANCE_CHECKS_H
#define TESTS_CONFORMANCE_CHECKS_H

#include "host.h"

/* Of every executor. */
void check_restarts(host *self);
void check_two_thousand_runs(host *self);
void check_run_times(host *self);
void check_shutdown_refuses(host *self);
void check_shutdown_waits_and_cancels(host *self);
void check_shutdown_from_several_threads(host *self);
void check_cancel(host *self);
void check_stats(host *self);
void check_health(host *self);

/* Of those that declare max_workers. */
void check_workers_on_demand(host *self);
void check_workers_at_most(host *self);
void check_priorities(host *self);
void check_queue_is_cancelled(host *self);
void check_queue_limit(host *self);
void check_without_threads(host *self);

/* Of those that count instances themselves. */
void check_instances(host *self);

#endif
