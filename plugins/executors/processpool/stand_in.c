/* SPDX-License-Identifier: MIT */
/* A short run is over before two threads have been woken, the supervisor and the loop.  So the loop
 * takes the supervisor's place, if that sleeps, and reads the rings by itself: while it waits awake
 * anyway, when no worker rings a bell, and when one has rung the loop's. */
#include "pool.h"

#include <sys/eventfd.h>

/* ---- the place of the supervisor ------------------------------------------------------------ */

/* Takes it, unless the supervisor is awake. */
static int
is_taken(pool *self)
{
    if (pthread_mutex_trylock(&self->baton) != 0) {
        return 1;
    }
    self->took = 0;
    return 0;
}

static void
wake_supervisor(pool *self)
{
    pthread_mutex_lock(&self->lock);
    pool_wake_locked(self);
    pthread_mutex_unlock(&self->lock);
}

/* Whether there may be something that the supervisor has to do, or to plan, a nap also: what it had
 * planned before it fell asleep still holds. */
static int
is_the_supervisors_locked(const pool *self, worker *of)
{
    return news_of_locked(of, 1) || worker_is_fast_locked(of) ||
           (self->took && (of->state != WORKER_READY || timers_next_locked(of) < self->planned));
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
give_back(pool *self)
{
    int needed = is_needed(self);

    pthread_mutex_unlock(&self->baton); /* first: it would wake up only to wait for it */
    if (needed) {
        wake_supervisor(self);
    }
}

/* ---- waiting awake -------------------------------------------------------------------------- */

static int
begin(void *user)
{
    pool *self = (pool *)user;

    if (atomic_load(&self->runs) == 0 || is_taken(self)) {
        return 0;
    }
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
        if (atomic_load_explicit(&at->ring->written, memory_order_relaxed) != at->read &&
            !news_are_large(at)) {
            at->news = found = 1;
            supervisor_look_after(at, 1); /* the loop has more to do than this */
        }
    }
    self->took |= found;
    return found;
}

static void
end(void *user)
{
    give_back((pool *)user);
}

/* ---- the bell ------------------------------------------------------------------------------- */

static void
take_news(worker *self)
{
    pool *owner = self->pool;

    pthread_mutex_lock(&owner->lock);
    self->news = news_of_locked(self, 0) && !news_are_large(self);
    pthread_mutex_unlock(&owner->lock);
    if (self->news) {
        owner->took = 1;
        supervisor_look_after(self, 1);
    }
}

static void
rung(void *user)
{
    pool *self = (pool *)user;
    eventfd_t times;

    (void)eventfd_read(self->loop_bell, &times);
    if (is_taken(self)) {
        wake_supervisor(self); /* it may have looked already */
        return;
    }
    for (worker *at = self->workers; at != NULL; at = at->next) {
        take_news(at);
    }
    give_back(self);
}

/* ---- life ----------------------------------------------------------------------------------- */

static const execz_linger_ext *
linger_extension(const pool *self)
{
    return (const execz_linger_ext *)self->host->extension(self->host, EXECZ_EXTENSION_LINGER);
}

static const execz_loop_ext *
loop_extension(const pool *self)
{
    return (const execz_loop_ext *)self->host->extension(self->host, EXECZ_EXTENSION_LOOP);
}

/* What the host does not offer makes us slower, and no more. */
void
stand_in_start(pool *self)
{
    const execz_lingerer lingerer = {
        .size = sizeof lingerer, .begin = begin, .look = look, .end = end, .user = self};

    if (linger_extension(self) != NULL) {
        (void)linger_extension(self)->set(self->host, &lingerer);
    }
    if (loop_extension(self) != NULL) {
        self->lends_loop =
            loop_extension(self)->watch(self->host, self->loop_bell, rung, self) == EXECZ_OK;
    }
}

void
stand_in_stop(pool *self)
{
    if (linger_extension(self) != NULL) {
        (void)linger_extension(self)->set(self->host, NULL);
    }
    if (self->lends_loop) {
        loop_extension(self)->unwatch(self->host, self->loop_bell);
    }
}
