/* SPDX-License-Identifier: MIT */
#include "executor/runs.h"

enum { CHUNK = 1024, CHUNKS = EZ_RUNS_MAX / CHUNK };
enum { FREE = 0, OPEN = 1, FINISHED = 2, STATE_MASK = 3 };

struct ez_runs {
    _Atomic(ez_run *) chunks[CHUNKS]; /* each owned; set once, then read by any thread */

    atomic_size_t n_used;
    size_t limit; /* fixed; of slots */

    /* [loop] */
    size_t n_slots;
    ez_run *free;
    ez_run *limbo; /* closed while a thread was still inside */
};

/* A token is generation << 32 | slot + 1, so that 0 is none. */
static uint64_t
token_phase(execz_run token, unsigned state)
{
    return token >> 32 << 2 | state;
}

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

static void
drop_content(ez_run *run)
{
    for (uint32_t i = 0; i < run->n; i++) {
        ez_outcome_clear(&run->times[i].outcome);
    }
    if (run->times != &run->one) {
        g_free(run->times);
    }
    run->times = NULL;
    run->n = 0;
    ez_interrupt_reset(&run->interrupt);
    g_clear_pointer(&run->task, ez_task_unref);
}

void
ez_runs_free(ez_runs *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < self->n_slots; i++) {
        ez_run *run = slot_at(self, i);

        drop_content(run);
        ez_interrupt_deinit(&run->interrupt);
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        g_free(self->chunks[i]);
    }
    g_free(self);
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
        atomic_store_explicit(&self->chunks[index / CHUNK], g_new0(ez_run, CHUNK),
                              memory_order_release);
    }
    self->n_slots++;
    run = slot_at(self, index);
    run->token = UINT64_C(1) << 32 | (index + 1);
    ez_interrupt_init(&run->interrupt);
    return run;
}

/* Moves what nobody is inside of any more from the limbo to the free list. */
static void
empty_limbo(ez_runs *self)
{
    ez_run **at = &self->limbo;

    while (*at != NULL) {
        ez_run *run = *at;

        if (atomic_load_explicit(&run->users, memory_order_acquire) != 0) {
            at = &run->next_free;
            continue;
        }
        *at = run->next_free;
        drop_content(run);
        run->next_free = self->free;
        self->free = run;
    }
}

ez_run *
ez_runs_open(ez_runs *self, ez_task *task, struct ez_executor *executor, const execz_time *times,
             uint32_t n)
{
    ez_run *run;

    if (self->free == NULL) {
        empty_limbo(self);
    }
    run = self->free != NULL ? self->free : new_slot(self);
    if (run == NULL) {
        return NULL;
    }
    if (run == self->free) {
        self->free = run->next_free;
    }
    run->task = ez_task_ref(task);
    run->executor = executor;
    run->n = n;
    run->times = n == 1 ? &run->one : g_new0(ez_run_time, n);
    for (uint32_t i = 0; i < n; i++) {
        run->times[i] = (ez_run_time){.time = times[i]};
    }
    run->head.kind = EZ_HOST_FINISHED;
    atomic_store_explicit(&run->current, 0, memory_order_relaxed);
    ez_interrupt_reset(&run->interrupt);
    self->n_used++;
    atomic_store_explicit(&run->phase, token_phase(run->token, OPEN), memory_order_release);
    return run;
}

void
ez_runs_close(ez_runs *self, ez_run *run)
{
    uint64_t generation = (run->token >> 32) + 1;
    uint64_t index = run->token & UINT32_MAX;

    generation &= UINT32_MAX;
    run->token = MAX(generation, 1) << 32 | index;
    atomic_store(&run->phase, token_phase(run->token, FREE));
    self->n_used--;
    if (atomic_load(&run->users) != 0) {
        run->next_free = self->limbo;
        self->limbo = run;
        return;
    }
    drop_content(run);
    run->next_free = self->free;
    self->free = run;
}

ez_run *
ez_runs_enter(ez_runs *self, execz_run token)
{
    ez_run *run = (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);

    if (run == NULL) {
        return NULL;
    }
    /* First announce, then look: whoever closes the slot looks at users after it has changed the
     * phase. */
    atomic_fetch_add(&run->users, 1);
    if (atomic_load(&run->phase) != token_phase(token, OPEN)) {
        ez_run_leave(run);
        return NULL;
    }
    return run;
}

ez_run *
ez_runs_find(ez_runs *self, execz_run token)
{
    ez_run *run = (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);

    return run != NULL && run->token == token ? run : NULL;
}

void
ez_run_leave(ez_run *run)
{
    atomic_fetch_sub_explicit(&run->users, 1, memory_order_release);
}

bool
ez_run_finish(ez_run *run, execz_run token)
{
    uint_fast64_t open = token_phase(token, OPEN);

    return atomic_compare_exchange_strong(&run->phase, &open, token_phase(token, FINISHED));
}

bool
ez_run_is_open(const ez_run *run)
{
    return (atomic_load(&run->phase) & STATE_MASK) == OPEN;
}

ez_run_time *
ez_run_find_time(ez_run *run, execz_time time)
{
    for (uint32_t i = 0; i < run->n; i++) {
        if (run->times[i].time == time) {
            return &run->times[i];
        }
    }
    return NULL;
}

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

        if ((atomic_load(&run->phase) & STATE_MASK) != FREE) {
            visit(user, run);
        }
    }
}
