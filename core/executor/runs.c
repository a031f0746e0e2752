/* SPDX-License-Identifier: MIT */
#include "executor/runs.h"

#include "base/prefetch.h"

#include <stdlib.h>
#include <string.h>

/* AHEAD: of the slots to be opened, the one that is fetched into the cache now. */
enum { CHUNK = 1024, CHUNKS = EZ_RUNS_MAX / CHUNK, AHEAD = 4 };

struct ez_runs {
    _Atomic(ez_run *) chunks[CHUNKS]; /* within owned; each set once, then read by any thread */

    size_t limit; /* fixed; of slots */
    bool mirror;  /* fixed; there is no free list: others choose the slots */

    /* Written on the loop only. */
    atomic_size_t n_used;
    atomic_size_t n_slots;

    /* [loop] */
    void *owned[CHUNKS];
    ez_run **free; /* owned; slots as a stack, with room for all there are */
    size_t n_free;
    ez_run *limbo; /* closed while a thread was still inside */
    ez_task_views views;
};

/* What all threads write to of a plain run. */
static inline void
prefetch(const ez_run *run)
{
    ez_prefetch_to_write(run);
    ez_prefetch_to_write(&run->one);
}

/* A token is generation << 32 | slot + 1, so that 0 is none. */
static ez_run *
slot_at(ez_runs *self, size_t index)
{
    ez_run *chunk = NULL;

    if (index < EZ_RUNS_MAX) {
        chunk = atomic_load_explicit(&self->chunks[index / CHUNK], memory_order_acquire);
    }
    return chunk == NULL ? NULL : &chunk[index % CHUNK];
}

ez_runs *
ez_runs_new(void)
{
    return ez_runs_new_limited(EZ_RUNS_MAX);
}

ez_runs *
ez_runs_new_limited(size_t limit)
{
    ez_runs *self = g_new0(ez_runs, 1);

    self->limit = MIN(limit, EZ_RUNS_MAX);
    return self;
}

ez_runs *
ez_runs_new_mirror(void)
{
    ez_runs *self = ez_runs_new();

    self->mirror = true;
    return self;
}

/* A run holds its task as long as it is open. */
static void
hold_task(ez_runs *self, ez_run *run, ez_task *task)
{
    ez_task_begin_run(task, &self->views);
    run->view = task->view;
}

static void
release_task(ez_runs *self, ez_run *run)
{
    ez_task_view *view = g_steal_pointer(&run->view);

    if (view != NULL) {
        ez_task_end_run(view->task, &self->views);
    }
}

/* Whether there is more in it than a plain run leaves. */
static bool
is_rich(const ez_outcome *outcome)
{
    return outcome->message != NULL || outcome->value != NULL || outcome->output != NULL ||
           outcome->measured != 0;
}

static void
drop_times(ez_run *run)
{
    for (uint32_t i = 0; i < run->n; i++) {
        ez_outcome_clear(&run->times[i]);
    }
    g_free(run->times);
    run->times = &run->one;
    run->n = 1;
}

static void
drop_content(ez_runs *self, ez_run *run)
{
    if (run->n > 1) {
        drop_times(run);
    } else if (is_rich(&run->one)) {
        ez_outcome_clear(&run->one);
    }
    run->told = 0;
    run->given_up = false;
    ez_interrupt_reset(&run->interrupt);
    release_task(self, run);
}

static void
put_free(ez_runs *self, ez_run *run)
{
    drop_content(self, run);
    ez_run_rename(run);
    if (!self->mirror) {
        self->free[self->n_free++] = run;
    }
}

void
ez_runs_free(ez_runs *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->n_slots; i++) {
        ez_run *run = slot_at(self, i);

        drop_content(self, run);
        ez_interrupt_deinit(&run->interrupt);
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        free(self->owned[i]);
    }
    g_free(self->free);
    ez_task_views_deinit(&self->views);
    g_free(self);
}

/* calloc() gives zeroes that take no memory before they are touched: the first run does not wait for a
 * thousand. */
static void
add_chunk(ez_runs *self, size_t at)
{
    uintptr_t begin;

    self->owned[at] = calloc(CHUNK + 1, sizeof(ez_run)); /* one more, to begin at a cache line */
    if (self->owned[at] == NULL) {
        g_error("no memory for %d runs", CHUNK);
    }
    begin = ((uintptr_t)self->owned[at] + alignof(ez_run) - 1) & ~(uintptr_t)(alignof(ez_run) - 1);
    atomic_store_explicit(&self->chunks[at], (ez_run *)begin, memory_order_release);
}

static ez_run *
new_slot(ez_runs *self)
{
    size_t index = self->n_slots;
    ez_run *run;

    if (index == self->limit) {
        return NULL;
    }
    if (index % CHUNK == 0) {
        self->free = g_renew(ez_run *, self->free, index + CHUNK);
        add_chunk(self, index / CHUNK);
    }
    run = slot_at(self, index);
    ez_run_init(run);
    atomic_store_explicit(&self->n_slots, index + 1, memory_order_release);
    run->token = UINT64_C(1) << 32 | (index + 1);
    return run;
}

/* Moves what nobody is inside of any more from the limbo to the free list. */
static void
empty_limbo(ez_runs *self)
{
    ez_run **at = &self->limbo;

    while (*at != NULL) {
        ez_run *run = *at;

        if (!ez_run_is_left(run)) {
            at = &run->next_in_limbo;
            continue;
        }
        *at = run->next_in_limbo;
        put_free(self, run);
    }
}

static void
count_used(ez_runs *self, ssize_t change)
{
    size_t n = atomic_load_explicit(&self->n_used, memory_order_relaxed);

    atomic_store_explicit(&self->n_used, n + (size_t)change, memory_order_relaxed);
}

static void
set_many_times(ez_run *run, const execz_time *times, uint32_t n)
{
    run->n = (uint16_t)n;
    run->times = g_malloc0(n * (sizeof(ez_run_time) + sizeof *times));
    memcpy(run->times + n, times, n * sizeof *times);
    for (uint32_t i = 0; i < n; i++) {
        run->times[i].run_time = times[i];
        run->times[i].exit_status = -1;
    }
    atomic_store_explicit(&run->current, 0, memory_order_relaxed);
}

/* The slot that was closed last, because it may still be in the cache; or a new one. */
static ez_run *
find_slot(ez_runs *self)
{
    if (self->n_free == 0) {
        empty_limbo(self);
    }
    if (self->n_free == 0) {
        return new_slot(self);
    }
    self->n_free--;
    if (self->n_free >= AHEAD) {
        prefetch(self->free[self->n_free - AHEAD]);
    }
    return self->free[self->n_free];
}

/* In a slot that is free. */
static ez_run *
open_slot(ez_runs *self, ez_run *run, ez_task *task, struct ez_executor *executor,
          const execz_time *times, uint32_t n)
{
    hold_task(self, run, task);
    atomic_store_explicit(&run->head.done, 0, memory_order_relaxed);
    atomic_store_explicit(&run->executor, executor, memory_order_relaxed);
    run->one.outcome = 0;
    run->one.signal = 0;
    run->one.exit_status = -1;
    run->one.run_time = times[0];
    run->one.started = 0;
    run->one.finished = 0;
    if (n > 1) {
        set_many_times(run, times, n);
    }
    count_used(self, 1);
    ez_run_open(run);
    return run;
}

ez_run *
ez_runs_open(ez_runs *self, ez_task *task, struct ez_executor *executor, const execz_time *times,
             uint32_t n)
{
    ez_run *run = find_slot(self);

    return run == NULL ? NULL : open_slot(self, run, task, executor, times, n);
}

ez_run *
ez_runs_open_as(ez_runs *self, execz_run token, ez_task *task, struct ez_executor *executor,
                const execz_time *times, uint32_t n)
{
    size_t index = (size_t)(token & UINT32_MAX) - 1;
    ez_run *run = NULL;

    if (index >= self->limit || token >> 32 == 0) {
        return NULL;
    }
    while (self->n_slots <= index) {
        (void)new_slot(self);
    }
    empty_limbo(self);
    run = slot_at(self, index);
    if (!ez_run_is_free(run) || !ez_run_is_left(run)) {
        return NULL;
    }
    run->token = token;
    return open_slot(self, run, task, executor, times, n);
}

void
ez_runs_close(ez_runs *self, ez_run *run)
{
    bool left = ez_run_close(run);

    if (!run->given_up) {
        count_used(self, -1);
    }
    if (!left) {
        run->next_in_limbo = self->limbo;
        self->limbo = run;
        return;
    }
    put_free(self, run);
}

void
ez_runs_give_up(ez_runs *self, ez_run *run)
{
    run->given_up = true;
    count_used(self, -1);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static ez_run *
slot_of(ez_runs *self, execz_run token)
{
    return (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);
}

ez_run *
ez_runs_enter(ez_runs *self, execz_run token)
{
    ez_run *run = slot_of(self, token);

    return run == NULL ? NULL : ez_run_enter(run, token);
}

ez_run *
ez_runs_begin_work(ez_runs *self, execz_run token, const struct ez_executor *executor)
{
    ez_run *run = slot_of(self, token);

    return run != NULL && ez_run_begin_work(run, token, executor) ? run : NULL;
}

void
ez_runs_prefetch(ez_runs *self, execz_run token)
{
    ez_run *run = slot_of(self, token);

    if (run != NULL) {
        prefetch(run);
    }
}

ez_run *
ez_runs_find(ez_runs *self, execz_run token)
{
    ez_run *run = slot_of(self, token);

    return run != NULL && ez_run_has_token(run, token) ? run : NULL;
}

/* ---- all of them ----------------------------------------------------------------------------- */

size_t
ez_runs_count(const ez_runs *self)
{
    return atomic_load(&self->n_used);
}

void
ez_runs_foreach(ez_runs *self, void (*visit)(void *user, ez_run *run), void *user)
{
    for (size_t i = 0; i < self->n_slots; i++) {
        ez_run *run = slot_at(self, i);

        if (!ez_run_is_free(run) && !run->given_up) {
            visit(user, run);
        }
    }
}

uint32_t
ez_runs_count_unfinished(ez_runs *self, const struct ez_executor *executor)
{
    size_t n_slots = atomic_load_explicit(&self->n_slots, memory_order_acquire);
    uint32_t n = 0;

    for (size_t i = 0; i < n_slots; i++) {
        ez_run *run = slot_at(self, i);
        ez_run *entered = ez_run_enter(run, ez_run_token(run, (uint32_t)i));

        if (entered != NULL) {
            n += run->executor == executor && atomic_load(&run->head.done) == 0;
            ez_run_leave(run);
        }
    }
    return n;
}
