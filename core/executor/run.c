/* SPDX-License-Identifier: MIT */
#include "executor/run.h"

/* A run's phase: generation << 32 | threads inside << 8 | state. */
enum { FREE = 0, OPEN = 1, BEGUN = 2, WORKING = 3, FINISHED = 4, STATE_MASK = 0xff };
#define ONE_INSIDE UINT64_C(0x100)
#define INSIDE_MASK UINT64_C(0xffffff00)
#define GENERATION_MASK UINT64_C(0xffffffff00000000)

static unsigned
state_of(uint64_t phase)
{
    return phase & STATE_MASK;
}

static bool
is_of(uint64_t phase, execz_run token)
{
    return ((phase ^ token) & GENERATION_MASK) == 0;
}

/* From before to after; if another thread was first, before is what it is now. */
static bool
change(ez_run *run, uint64_t *before, uint64_t after) /* NOLINT(readability-non-const-parameter) */
{
    return atomic_compare_exchange_weak_explicit(&run->phase, before, after, memory_order_acq_rel,
                                                 memory_order_relaxed);
}

static uint64_t
look(const ez_run *run)
{
    return atomic_load_explicit(&run->phase, memory_order_relaxed);
}

/* From any state that is one of from's bits; false if it is in another. */
static bool
change_state(ez_run *run, unsigned from, unsigned to)
{
    uint64_t phase = look(run);

    do {
        if ((1u << state_of(phase) & from) == 0) {
            return false;
        }
    } while (!change(run, &phase, (phase & ~(uint64_t)STATE_MASK) | to));
    return true;
}

/* ---- inside ---------------------------------------------------------------------------------- */

ez_run *
ez_run_enter(ez_run *run, execz_run token)
{
    uint64_t phase = look(run);

    do {
        if (!is_of(phase, token) || state_of(phase) < OPEN || state_of(phase) > WORKING) {
            return NULL;
        }
    } while (!change(run, &phase, phase + ONE_INSIDE));
    return run;
}

void
ez_run_leave(ez_run *run)
{
    atomic_fetch_sub_explicit(&run->phase, ONE_INSIDE, memory_order_release);
}

/* ---- from state to state --------------------------------------------------------------------- */

bool
ez_run_begin_work(ez_run *run, execz_run token, const struct ez_executor *executor)
{
    uint64_t phase = look(run);

    do {
        if (!is_of(phase, token) || state_of(phase) != OPEN) {
            return false;
        }
    } while (!change(run, &phase, (phase & ~(uint64_t)STATE_MASK) | WORKING));
    if (run->executor != executor) { /* could not be read before the run was ours */
        (void)change_state(run, 1u << WORKING, OPEN);
        return false;
    }
    return true;
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

/* ---- the slot -------------------------------------------------------------------------------- */

void
ez_run_open(ez_run *run)
{
    atomic_store_explicit(&run->phase, (run->token & GENERATION_MASK) | OPEN, memory_order_release);
}

bool
ez_run_close(ez_run *run)
{
    uint32_t generation = (uint32_t)(run->token >> 32) + 1;
    uint64_t next = (uint64_t)MAX(generation, 1) << 32;
    uint64_t phase = look(run);

    while (!change(run, &phase, next | (phase & INSIDE_MASK) | FREE)) {
    }
    return (phase & INSIDE_MASK) == 0;
}

void
ez_run_rename(ez_run *run)
{
    run->token = ez_run_token(run, (uint32_t)run->token - 1);
}

bool
ez_run_has_token(const ez_run *run, execz_run token)
{
    uint64_t phase = atomic_load(&run->phase);

    return is_of(phase, token) && state_of(phase) != FREE;
}

bool
ez_run_is_free(const ez_run *run)
{
    return state_of(atomic_load(&run->phase)) == FREE;
}

bool
ez_run_is_left(const ez_run *run)
{
    return (atomic_load_explicit(&run->phase, memory_order_acquire) & INSIDE_MASK) == 0;
}

execz_run
ez_run_token(const ez_run *run, uint32_t index)
{
    return (atomic_load(&run->phase) & GENERATION_MASK) | (index + UINT64_C(1));
}

/* ---- content --------------------------------------------------------------------------------- */

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
