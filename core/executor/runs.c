/* SPDX-License-Identifier: MIT */
#include "executor/runs.h"

#include <string.h>

/* AHEAD: of the slots to be opened, the one that is fetched into the cache now. */
enum { CHUNK = 1024, CHUNKS = EZ_RUNS_MAX / CHUNK, AHEAD = 4 };
/* A run's phase: generation << 32 | threads inside << 8 | state. */
enum { FREE = 0, OPEN = 1, BEGUN = 2, WORKING = 3, FINISHED = 4, STATE_MASK = 0xff };
#define ONE_INSIDE UINT64_C(0x100)
#define INSIDE_MASK UINT64_C(0xffffff00)
#define GENERATION_MASK UINT64_C(0xffffffff00000000)

struct ez_runs {
    _Atomic(ez_run *) chunks[CHUNKS]; /* each owned; set once, then read by any thread */

    size_t limit; /* fixed; of slots */

    /* Written on the loop only. */
    atomic_size_t n_used;
    atomic_size_t n_slots;

    /* [loop] */
    uint32_t *free; /* owned; slots as a stack, with room for all there are */
    size_t n_free;
    ez_run *limbo; /* closed while a thread was still inside */
};

static unsigned
state_of(uint64_t phase)
{
    return phase & STATE_MASK;
}

static uint64_t
with_state(uint64_t phase, unsigned state)
{
    return (phase & ~(uint64_t)STATE_MASK) | state;
}

static bool
is_inside(uint64_t phase)
{
    return (phase & INSIDE_MASK) != 0;
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

/* A run holds its task as long as it is open.  All runs of a task hold it with one reference, which
 * only the loop counts: two atomic operations less for each run. */
static void
hold_task(ez_run *run, ez_task *task)
{
    if (task->in_flight++ == 0) {
        ez_task_ref(task);
    }
    run->task = task;
}

static void
release_task(ez_run *run)
{
    ez_task *task = g_steal_pointer(&run->task);

    if (task != NULL && --task->in_flight == 0) {
        ez_task_unref(task);
    }
}

/* Whether there is more in it than a plain run leaves. */
static bool
is_rich(const ez_outcome *outcome)
{
    return outcome->message != NULL || outcome->value != NULL || outcome->output != NULL ||
           (outcome->max_rss | outcome->output_dropped) != 0 ||
           (outcome->cpu_user | outcome->cpu_system) != 0;
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
drop_content(ez_run *run)
{
    if (run->n > 1) {
        drop_times(run);
    } else if (is_rich(&run->one)) {
        ez_outcome_clear(&run->one);
    }
    run->told = 0;
    run->given_up = false;
    ez_interrupt_reset(&run->interrupt);
    release_task(run);
}

static void
put_free(ez_runs *self, ez_run *run)
{
    drop_content(run);
    self->free[self->n_free++] = (uint32_t)run->token - 1;
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
        g_aligned_free(self->chunks[i]);
    }
    g_free(self->free);
    g_free(self);
}

static ez_run *
new_chunk(void)
{
    ez_run *chunk = g_aligned_alloc0(CHUNK, sizeof(ez_run), alignof(ez_run));

    for (size_t i = 0; i < CHUNK; i++) {
        ez_interrupt_init(&chunk[i].interrupt);
        chunk[i].times = &chunk[i].one;
        chunk[i].n = 1;
        chunk[i].head.kind = EZ_HOST_FINISHED;
    }
    return chunk;
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
        self->free = g_renew(uint32_t, self->free, index + CHUNK);
        atomic_store_explicit(&self->chunks[index / CHUNK], new_chunk(), memory_order_release);
    }
    atomic_store_explicit(&self->n_slots, index + 1, memory_order_release);
    run = slot_at(self, index);
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

        if (is_inside(atomic_load_explicit(&run->phase, memory_order_acquire))) {
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
        __builtin_prefetch(slot_at(self, self->free[self->n_free - AHEAD]), 1);
    }
    return slot_at(self, self->free[self->n_free]);
}

ez_run *
ez_runs_open(ez_runs *self, ez_task *task, struct ez_executor *executor, const execz_time *times,
             uint32_t n)
{
    ez_run *run = find_slot(self);

    if (run == NULL) {
        return NULL;
    }
    hold_task(run, task);
    run->executor = executor;
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
    atomic_store_explicit(&run->phase, (run->token & GENERATION_MASK) | OPEN, memory_order_release);
    return run;
}

void
ez_runs_close(ez_runs *self, ez_run *run)
{
    uint64_t index = run->token & UINT32_MAX;
    uint32_t generation = (uint32_t)(run->token >> 32) + 1;
    uint64_t phase = atomic_load_explicit(&run->phase, memory_order_relaxed);
    uint64_t after;

    run->token = (uint64_t)MAX(generation, 1) << 32 | index;
    do {
        after = (run->token & GENERATION_MASK) | (phase & INSIDE_MASK) | FREE;
    } while (!atomic_compare_exchange_weak_explicit(&run->phase, &phase, after,
                                                    memory_order_acq_rel, memory_order_relaxed));
    if (!run->given_up) {
        count_used(self, -1);
    }
    if (is_inside(after)) {
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

ez_run *
ez_runs_enter(ez_runs *self, execz_run token)
{
    ez_run *run = (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);
    uint64_t phase;

    if (run == NULL) {
        return NULL;
    }
    phase = atomic_load_explicit(&run->phase, memory_order_relaxed);
    do {
        if ((phase & GENERATION_MASK) != (token & GENERATION_MASK) || state_of(phase) < OPEN ||
            state_of(phase) > WORKING) {
            return NULL;
        }
    } while (!atomic_compare_exchange_weak_explicit(&run->phase, &phase, phase + ONE_INSIDE,
                                                    memory_order_acq_rel, memory_order_relaxed));
    return run;
}

void
ez_run_leave(ez_run *run)
{
    atomic_fetch_sub_explicit(&run->phase, ONE_INSIDE, memory_order_release);
}

/* From any state that is one of from's bits; false if it is in another. */
static bool
change_state(ez_run *run, unsigned from, unsigned to)
{
    uint64_t phase = atomic_load_explicit(&run->phase, memory_order_relaxed);

    do {
        if ((1u << state_of(phase) & from) == 0) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&run->phase, &phase, with_state(phase, to),
                                                    memory_order_acq_rel, memory_order_relaxed));
    return true;
}

ez_run *
ez_runs_begin_work(ez_runs *self, execz_run token, const struct ez_executor *executor)
{
    ez_run *run = (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);
    uint64_t phase;

    if (run == NULL) {
        return NULL;
    }
    phase = atomic_load_explicit(&run->phase, memory_order_relaxed);
    do {
        if ((phase & GENERATION_MASK) != (token & GENERATION_MASK) || state_of(phase) != OPEN) {
            return NULL;
        }
    } while (!atomic_compare_exchange_weak_explicit(&run->phase, &phase, with_state(phase, WORKING),
                                                    memory_order_acq_rel, memory_order_relaxed));
    if (run->executor != executor) {
        (void)change_state(run, 1u << WORKING, OPEN);
        return NULL;
    }
    return run;
}

void
ez_runs_prefetch(ez_runs *self, execz_run token)
{
    ez_run *run = (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);

    if (run != NULL) {
        __builtin_prefetch(run, 1);
        __builtin_prefetch(&run->one, 1);
    }
}

ez_run *
ez_runs_find(ez_runs *self, execz_run token)
{
    ez_run *run = (token & UINT32_MAX) == 0 ? NULL : slot_at(self, (token & UINT32_MAX) - 1);

    return run != NULL && run->token == token ? run : NULL;
}

bool
ez_run_begin(ez_run *run)
{
    return change_state(run, 1u << OPEN | 1u << BEGUN, BEGUN);
}

bool
ez_run_finish(ez_run *run)
{
    return change_state(run, 1u << OPEN | 1u << BEGUN, FINISHED);
}

bool
ez_run_retract(ez_run *run)
{
    return change_state(run, 1u << OPEN, FINISHED);
}

bool
ez_run_is_open(const ez_run *run)
{
    unsigned state = state_of(atomic_load(&run->phase));

    return state == OPEN || state == BEGUN;
}

bool
ez_run_is_working(const ez_run *run)
{
    return state_of(atomic_load(&run->phase)) == WORKING;
}

ez_run_time *
ez_run_find_time(ez_run *run, execz_time time)
{
    for (uint32_t i = 0; i < run->n; i++) {
        if (ez_run_times(run)[i].run_time == time) {
            return &ez_run_times(run)[i];
        }
    }
    return NULL;
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

        if (state_of(atomic_load(&run->phase)) != FREE && !run->given_up) {
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
        uint64_t phase = atomic_load(&run->phase);
        ez_run *entered = ez_runs_enter(self, (phase & GENERATION_MASK) | (i + 1));

        if (entered != NULL) {
            n += run->executor == executor;
            ez_run_leave(run);
        }
    }
    return n;
}
