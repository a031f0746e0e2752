/* SPDX-License-Identifier: MIT */
/* One worker more than are wanted, forked while nobody waits for it.  It takes the place of the
 * next one that ends or is missing, at once: what a fork and a start cost was paid before.
 *
 * While it waits it loads the modules whose functions have run: whoever comes after a crash does not wait
 * for that, too.
 *
 * It is no worker in any count and gets no run until then.  It has its limits and its listener; an
 * initializer it calls only when it is promoted, because that may have effects outside, for which
 * there should not be one process more than max_workers. */
#include "pool.h"

#include <string.h>

/* The run that has waited for the spare is to have the processors first. */
#define PEACE EXECZ_MILLISECOND

int
spare_is_wanted_locked(const pool *self)
{
    return self->target > self->n_workers && !(self->stopping && self->queued == 0);
}

void
spare_promote_locked(pool *self, wakes *due)
{
    worker *spare = self->spare;

    if (spare == NULL || spare->stopped_since != 0 || !spare_is_wanted_locked(self)) {
        return;
    }
    self->spare = NULL;
    self->spare_from = pool_now() + PEACE;
    self->n_workers++;
    spare->spare = 0;
    atomic_store(&spare->ring->role, WIRE_WORKER);
    if (spare->state == WORKER_STARTING) {
        self->n_starting++;
        wire_futex_wake(&spare->ring->role);
    } else {
        dispatch_more_locked(spare, due);
        wakes_add_locked(due, spare); /* also without a run: it has another name now */
    }
}

/* ---- what it loads ---------------------------------------------------------------------------- */

void
spare_teach_locked(worker *self)
{
    const pool *owner = self->pool;
    wire_ring *ring = self->ring;

    memcpy(ring->wishes, owner->modules, sizeof ring->wishes);
    atomic_store(&ring->n_wishes, owner->n_modules);
    worker_wake(self);
}

void
spare_learn_locked(pool *self, const execz_task *task)
{
    const char *end =
        task->function == NULL || task->module_path != NULL ? NULL : strchr(task->function, ':');
    size_t length = end == NULL ? 0 : (size_t)(end - task->function);
    uint32_t at = 0;

    if (length == 0 || length >= WIRE_WISH_SIZE) {
        return;
    }
    while (at < self->n_modules && (strncmp(self->modules[at], task->function, length) != 0 ||
                                    self->modules[at][length] != '\0')) {
        at++;
    }
    if (at == self->n_modules && at < WIRE_WISHES) {
        memcpy(self->modules[at], task->function, length);
        self->n_modules++;
        if (self->spare != NULL) {
            spare_teach_locked(self->spare);
        }
    }
}

/* ---- its life --------------------------------------------------------------------------------- */

int
spare_is_missing_locked(const pool *self)
{
    int64_t now;

    if (self->spare != NULL || self->n_workers == 0 || self->n_workers != self->target ||
        self->n_starting > 0 || (self->stopping && self->queued == 0)) {
        return 0;
    }
    now = pool_now();
    return now >= self->hold_until && (now >= self->spare_from || self->n_busy == 0);
}

void
spare_dismiss_locked(pool *self)
{
    if (self->spare != NULL && self->target == 0 && self->n_workers == 0) {
        worker_quit_locked(self->spare);
        self->spare = NULL;
    }
}
