/* SPDX-License-Identifier: MIT */
#include "sleep.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LITTLE = 4 }; /* runs */

/* ---- waking ---------------------------------------------------------------------------------- */

static void
futex_wake(pool *owner, int n)
{
    (void)syscall(SYS_futex, &owner->permit, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

void
sleep_wake_one(pool *owner)
{
    uint32_t none = PERMIT_NONE;

    if (atomic_load(&owner->sleepers) > 0 && atomic_load(&owner->permit) == PERMIT_NONE &&
        atomic_compare_exchange_strong(&owner->permit, &none, PERMIT_ONE)) {
        futex_wake(owner, 1);
    }
}

void
sleep_wake_all(pool *owner)
{
    atomic_store(&owner->permit, PERMIT_ALL);
    futex_wake(owner, INT32_MAX);
}

/* ---- sleeping -------------------------------------------------------------------------------- */

static struct timespec
timespec_of(int64_t duration)
{
    return (struct timespec){duration / EXECZ_SECOND, duration % EXECZ_SECOND};
}

/* Sleeps until woken; 0 if it was idle for idle_timeout. */
static int
sleep_for_permit(pool *owner)
{
    struct timespec timeout = timespec_of(owner->idle_timeout);
    uint32_t one = PERMIT_ONE;

    while (!atomic_compare_exchange_strong(&owner->permit, &one, PERMIT_NONE)) {
        if (one == PERMIT_ALL) {
            return 1;
        }
        if (syscall(SYS_futex, &owner->permit, FUTEX_WAIT_PRIVATE, PERMIT_NONE,
                    owner->idle_timeout == 0 ? NULL : &timeout, NULL, 0) != 0 &&
            errno == ETIMEDOUT) {
            return 0;
        }
        one = PERMIT_ONE;
    }
    return 1;
}

void
sleep_end(worker *self)
{
    self->looking = 1;
    atomic_fetch_add(&self->pool->looking, 1);
}

static int
queue_has_work(void *user)
{
    return !queue_is_empty(&((pool *)user)->queue);
}

/* Who has had more to do since it last looked for it does better to sleep: what comes meanwhile is then
 * done in one go, and nobody waits for a single answer. */
static int
has_had_little(worker *self)
{
    uint64_t done = atomic_load_explicit(&self->done, memory_order_relaxed);
    uint64_t before = self->done_before;

    self->done_before = done;
    return done - before <= LITTLE;
}

/* Whether work comes while it lingers.  Who leaves something in its hand meanwhile has woken nobody,
 * so that it has to look at hands as if it were woken. */
static int
linger_for_work(worker *self)
{
    pool *owner = self->pool;
    int found;

    if (!has_had_little(self) || atomic_exchange(&owner->lingering, 1)) {
        return 0;
    }
    found = execz_linger_until(&self->linger, queue_has_work, owner);
    if (found) {
        sleep_end(self);
    }
    atomic_store(&owner->lingering, 0);
    return found;
}

int
sleep_until_work(worker *self)
{
    pool *owner = self->pool;
    int woken = 1;

    worker_arrive(self);
    if (linger_for_work(self)) {
        return 1;
    }
    atomic_fetch_add(&owner->sleepers, 1);
    if (!worker_has_work(self)) {
        woken = sleep_for_permit(owner);
    }
    sleep_end(self);
    atomic_fetch_sub(&owner->sleepers, 1);
    return woken;
}
