/* SPDX-License-Identifier: MIT */
#include "executor/run.h"

/* From any state that is one of from's bits; false if it is in another. */
static bool
change_state(ez_run *run, unsigned from, unsigned to)
{
    uint64_t phase = ez_phase_look(&run->phase);

    do {
        if ((1u << ez_phase_state(phase) & from) == 0) {
            return false;
        }
    } while (!ez_phase_change(&run->phase, &phase, ez_phase_with(phase, to)));
    return true;
}

/* ---- inside ---------------------------------------------------------------------------------- */

ez_run *
ez_run_enter(ez_run *run, execz_run token)
{
    uint64_t phase = ez_phase_look(&run->phase);

    do {
        if (!ez_phase_is_of(phase, token) || ez_phase_state(phase) < EZ_OPEN ||
            ez_phase_state(phase) > EZ_WORKING) {
            return NULL;
        }
    } while (!ez_phase_change(&run->phase, &phase, phase + EZ_PHASE_ONE_INSIDE));
    return run;
}

void
ez_run_leave(ez_run *run)
{
    atomic_fetch_sub_explicit(&run->phase, EZ_PHASE_ONE_INSIDE, memory_order_release);
}

/* ---- from state to state --------------------------------------------------------------------- */

bool
ez_run_begin(ez_run *run)
{
    return change_state(run, 1u << EZ_OPEN | 1u << EZ_BEGUN, EZ_BEGUN);
}

bool
ez_run_finish(ez_run *run)
{
    return change_state(run, 1u << EZ_OPEN | 1u << EZ_BEGUN, EZ_FINISHED);
}

bool
ez_run_retract(ez_run *run)
{
    return change_state(run, 1u << EZ_OPEN, EZ_FINISHED);
}

bool
ez_run_is_open(const ez_run *run)
{
    unsigned state = ez_phase_state(atomic_load(&run->phase));

    return state == EZ_OPEN || state == EZ_BEGUN;
}

bool
ez_run_is_working(const ez_run *run)
{
    return ez_phase_state(atomic_load(&run->phase)) == EZ_WORKING;
}

/* ---- the slot -------------------------------------------------------------------------------- */

void
ez_run_init(ez_run *run)
{
    ez_interrupt_init(&run->interrupt);
    run->times = &run->one;
    run->n = 1;
    run->head.kind = EZ_HOST_FINISHED;
}

bool
ez_run_is_free(const ez_run *run)
{
    return ez_phase_state(atomic_load(&run->phase)) == EZ_FREE;
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

void
ez_run_complete(const ez_run *run, ez_run_time *at, const ez_clock *clock)
{
    if (at->outcome != 0) {
        return;
    }
    at->finished = ez_clock_now(clock);
    at->exit_status = -1;
    if (ez_interrupt_raised(&run->interrupt)) {
        ez_outcome_set(at, EXECZ_OUTCOME_CANCELLED, "cancelled before it started");
    } else {
        ez_outcome_set(at, EXECZ_OUTCOME_LOST,
                       "the executor finished the run without saying how it ended");
    }
}
