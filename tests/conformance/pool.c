/* SPDX-License-Identifier: MIT */
/* What an executor keeps to that has workers and a queue. */
#include "checks.h"

/* Lets all bodies end and the executor with them. */
static void
end(host *self)
{
    host_release(self, NULL);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    host_stop(self);
    self->max_workers = self->queue_limit = -1;
}

void
check_workers_on_demand(host *self)
{
    self->max_workers = 8;
    host_start(self);
    for (unsigned i = 0; i < 3; i++) {
        CHECK(host_count_workers(self, i) == i);
        host_submit(self, "task", true);
        host_wait_for(self, &self->began, i + 1);
    }
    end(self);
}

void
check_workers_at_most(host *self)
{
    self->max_workers = 3;
    host_start(self);
    for (int i = 0; i < 12; i++) {
        host_submit(self, "task", true);
    }
    host_wait_for(self, &self->bodies_max, 3);
    for (unsigned i = 0; i < 9; i++) { /* as one ends the next begins */
        host_release_one(self);
        host_wait_for(self, &self->began, 4 + i);
    }
    CHECK(host_count_workers(self, 3) == 3);
    end(self);
    CHECK(self->bodies_max == 3);
}

void
check_priorities(host *self)
{
    const int32_t priorities[] = {0, -1, 5, 0, 7, 5, -1};
    const unsigned expected[] = {5, 7, 3, 6, 2, 4, 8}; /* the first is the one that blocks */
    run *queued[7];

    self->max_workers = 1;
    host_start(self);
    host_submit(self, "task", true);
    host_wait_for(self, &self->began, 1);
    for (int i = 0; i < 7; i++) {
        queued[i] = host_open(self, "task", 1, false);
        queued[i]->task.priority = priorities[i];
        CHECK(host_send(self, queued[i]) == EXECZ_OK);
    }
    host_release(self, NULL);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    for (int i = 0; i < 7; i++) {
        CHECK(queued[i]->order == expected[i]);
    }
    end(self);
}

void
check_queue_is_cancelled(host *self)
{
    self->max_workers = 1;
    host_start(self);
    host_submit(self, "task", true);
    host_wait_for(self, &self->began, 1);
    for (int i = 0; i < 50; i++) {
        host_submit(self, "task", false);
    }
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, -1) == EXECZ_OK);
    CHECK(self->finished == 51);
    CHECK(self->began == 1);
    for (uint32_t i = 0; i < self->n_runs; i++) {
        CHECK(self->runs[i].interrupted); /* by which the host knows that it was cancelled */
    }
    end(self);
}

void
check_queue_limit(host *self)
{
    run *refused;

    self->max_workers = 2;
    self->queue_limit = 3;
    host_start(self);
    for (int i = 0; i < 5; i++) { /* two that run and three that wait, as fast as they come */
        host_submit(self, "task", true);
    }
    refused = host_open(self, "task", 1, true);
    CHECK(host_send(self, refused) == EXECZ_E_BUSY);
    host_wait_for(self, &self->began, 2);
    CHECK(host_send(self, host_open(self, "task", 1, true)) == EXECZ_E_BUSY);
    host_release_one(self);
    host_release_one(self);
    host_wait_for(self, &self->began, 4);
    host_wait_for(self, &self->finished, 2);
    host_submit(self, "task", true); /* one waits, so there is room for two */
    host_submit(self, "task", true);
    CHECK(host_send(self, host_open(self, "task", 1, true)) == EXECZ_E_BUSY);
    end(self);
    CHECK(self->began == 7);
}

void
check_without_threads(host *self)
{
    execz_status status;

    self->max_workers = 2;
    self->no_threads = true;
    if (!host_try_start(self)) { /* it needs one from the start; later it may have it */
        CHECK(self->allocated == 0);
        self->no_threads = false;
        host_start(self);
        end(self);
        return;
    }
    status = host_send(self, host_open(self, "task", 1, false));
    CHECK(status != EXECZ_OK && self->finished == 0);
    self->no_threads = false;
    host_submit(self, "task", true);
    host_wait_for(self, &self->began, 1);
    self->no_threads = true;
    host_submit(self, "task", false); /* waits for the worker there is */
    self->no_threads = false;
    host_release(self, NULL);
    host_wait_for(self, &self->finished, 2);
    end(self);
}
