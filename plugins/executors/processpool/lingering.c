/* SPDX-License-Identifier: MIT */
/* A short run is over before two threads have been woken, the supervisor and the loop.  So while the
 * loop waits awake anyway, it takes the supervisor's place, if that sleeps, and reads the rings by
 * itself; meanwhile no worker rings the bell. */
#include "pool.h"

static int
begin(void *user)
{
    pool *self = (pool *)user;

    if (atomic_load(&self->runs) == 0 || pthread_mutex_trylock(&self->baton) != 0) {
        return 0;
    }
    self->took = 0;
    for (worker *at = self->workers; at != NULL; at = at->next) {
        atomic_store(&at->ring->host_sleeps, WIRE_AWAKE);
    }
    return 1;
}

static int
look(void *user)
{
    pool *self = (pool *)user;
    int found = 0;

    for (worker *at = self->workers; at != NULL; at = at->next) {
        if (atomic_load_explicit(&at->ring->written, memory_order_relaxed) != at->read) {
            at->news = found = 1;
            supervisor_look_after(at, 1); /* the loop has more to do than this */
        }
    }
    self->took |= found;
    return found;
}

/* Whether there may be something that the supervisor has to plan, a nap also, or to do: what it had
 * planned before it fell asleep still holds unless something was taken. */
static int
is_the_supervisors_locked(const pool *self, worker *of)
{
    return results_have_news_locked(of, 1) || worker_is_fast_locked(of) ||
           (self->took && (of->state != WORKER_READY || of->busy_since != 0 ||
                           (of->idle_since != 0 && self->settings.idle_timeout > 0)));
}

static int
is_needed(pool *self)
{
    int needed;

    pthread_mutex_lock(&self->lock);
    needed = self->late != NULL;
    for (worker *at = self->workers; at != NULL; at = at->next) {
        needed |= is_the_supervisors_locked(self, at);
    }
    pthread_mutex_unlock(&self->lock);
    return needed;
}

static void
end(void *user)
{
    pool *self = (pool *)user;
    int needed = is_needed(self);

    pthread_mutex_unlock(&self->baton); /* first: it would wake up only to wait for it */
    if (needed) {
        pthread_mutex_lock(&self->lock);
        pool_wake_locked(self);
        pthread_mutex_unlock(&self->lock);
    }
}

static const execz_linger_ext *
extension(const pool *self)
{
    return (const execz_linger_ext *)self->host->extension(self->host, EXECZ_EXTENSION_LINGER);
}

void
lingering_start(pool *self)
{
    const execz_lingerer lingerer = {
        .size = sizeof lingerer, .begin = begin, .look = look, .end = end, .user = self};

    if (extension(self) != NULL) {
        (void)extension(self)->set(self->host, &lingerer); /* if it does not, we are slower */
    }
}

void
lingering_stop(pool *self)
{
    if (extension(self) != NULL) {
        (void)extension(self)->set(self->host, NULL);
    }
}
