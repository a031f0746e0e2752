/* SPDX-License-Identifier: MIT */
/* What becomes of runs: each is executed as it was sent and finished once. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "tap.h"
#include "verdict.h"
#include "world.h"

#include <inttypes.h>

/* Some runs of all kinds, in several goes, so that the host's slots are used again. */
static ez_bed *
play(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned go = 0; go < 4; go++) {
        for (unsigned i = 0; i < 12; i++) {
            (void)ez_bed_submit(bed, (ez_how){.n = 1 + i % 3, .fails = i % 5 == 4});
        }
        ez_bed_await_all(bed);
    }
    return bed;
}

/* Plays and fails if one of these has happened. */
static void
play_without(ez_fault fault, ez_fault other)
{
    const char *first;
    ez_bed *bed = play();

    ez_bed_stop(bed);
    if (ez_tap_faults(fault, &first) == 0 && ez_tap_faults(other, &first) == 0) {
        ez_bed_free(bed);
        return;
    }
    ez_verdict_fail("%s; in all %u times", first,
                    ez_tap_faults(fault, &first) +
                        (other == fault ? 0 : ez_tap_faults(other, &first)));
}

static void
check_once(void)
{
    play_without(EZ_FAULT_FINISH_TWICE, EZ_FAULT_FINISH_STALE);
}

static void
check_known(void)
{
    play_without(EZ_FAULT_FINISH_UNKNOWN, EZ_FAULT_FINISH_UNKNOWN);
}

static bool
is_closed(void *sent)
{
    return atomic_load(&((ez_sent *)sent)->closed);
}

static void
check_outside(void)
{
    ez_bed *bed;
    ez_sent *sent;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    sent = ez_bed_post(bed, (ez_how){.holds = true});
    ez_bed_await_began(bed, 1);
    if (ez_world_wait_for(is_closed, sent, EXECZ_SECOND / 5)) {
        ez_verdict_fail("a run was finished while its body was still running");
    }
    ez_bed_release(bed, sent);
    ez_bed_await_closed(sent);
    ez_bed_stop(bed);
    play_without(EZ_FAULT_FINISH_INSIDE, EZ_FAULT_FINISH_INSIDE);
}

static void
check_results(void)
{
    play_without(EZ_FAULT_RESULT, EZ_FAULT_RESULT);
}

static void
check_open(void)
{
    play_without(EZ_FAULT_EXECUTE, EZ_FAULT_EXECUTE);
}

static void
check_order(void)
{
    ez_bed *bed;

    play_without(EZ_FAULT_ORDER, EZ_FAULT_ORDER);
    bed = play();
    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);

        for (unsigned k = 0; k < sent->n && k < atomic_load(&sent->slip->began); k++) {
            int64_t began = atomic_load(&sent->slip->times[k]);

            if (began != 0 && began != sent->times[k]) {
                ez_verdict_fail("of a run with %u run times number %u was executed as the %u.",
                                sent->n, ez_sent_index(sent, began) + 1, k + 1);
            }
        }
    }
    ez_bed_stop(bed);
}

static void
check_each(void)
{
    ez_bed *bed = play();

    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);

        if (atomic_load(&sent->slip->began) != sent->n) {
            ez_verdict_fail("of a run with %u run times %u were executed", sent->n,
                            atomic_load(&sent->slip->began));
        }
    }
    ez_bed_stop(bed);
}

static void
check_outcome(void)
{
    ez_bed *bed = play();

    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);
        uint32_t expected = sent->how.fails ? EXECZ_OUTCOME_ERROR : EXECZ_OUTCOME_OK;

        for (unsigned k = 0; k < sent->n; k++) {
            if (sent->outcome[k] != expected) {
                ez_verdict_fail("a body that %s is told with outcome %u%s%s",
                                sent->how.fails ? "fails" : "succeeds", sent->outcome[k],
                                sent->message[0] == '\0' ? "" : ": ", sent->message);
            }
        }
    }
    ez_bed_stop(bed);
}

static void
check_kinds(void)
{
    static const struct {
        uint32_t cap;
        ez_kind kind;
        const char *name;
    } kinds[] = {
        {EXECZ_CAP_FUNCTION, EZ_FUNCTION, "function"},
        {EXECZ_CAP_COROUTINE, EZ_COROUTINE, "coroutine"},
        {EXECZ_CAP_COMMAND, EZ_COMMAND, "command"},
    };
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        ez_sent *sent;

        if ((ez_the_subject.caps & kinds[i].cap) == 0) {
            continue;
        }
        sent = ez_bed_submit(bed, (ez_how){.kind = kinds[i].kind});
        ez_bed_await_closed(sent);
        if (sent->outcome[0] != EXECZ_OUTCOME_OK) {
            ez_verdict_fail("it declares that it takes a %s, and one ends with outcome %u: %s",
                            kinds[i].name, sent->outcome[0], sent->message);
        }
    }
    ez_bed_stop(bed);
}

/* ---- send_task() ------------------------------------------------------------------------------ */

/* The shortest of ten, so that what the machine does in between does not count. */
static void
check_prompt(void)
{
    int64_t shortest = INT64_MAX;
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned i = 0; i < 10; i++) {
        ez_sent *sent = ez_bed_submit(bed, (ez_how){0});

        ez_bed_await_closed(sent);
        shortest = MIN(shortest, sent->took);
    }
    ez_bed_stop(bed);
    if (shortest > 20 * EXECZ_MILLISECOND) {
        ez_verdict_fail("send_task() took %" PRId64
                        " ms or more each of ten times, apart from what "
                        "bodies took; nothing else is dispatched meanwhile",
                        shortest / EXECZ_MILLISECOND);
    }
}

static bool
is_idle(void *nothing)
{
    (void)nothing;
    return ez_world_is_idle();
}

static bool
is_answered(void *sent)
{
    return atomic_load(&((ez_sent *)sent)->answered);
}

static void
check_busy(void)
{
    const char *first;
    unsigned busy = 0;
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned i = 0; i < 64; i++) {
        (void)ez_bed_post(bed, (ez_how){.holds = true});
    }
    if (ez_world_wait_for(is_answered, ez_bed_sent(bed, 0), EXECZ_SECOND / 2)) {
        (void)ez_world_wait(is_idle, NULL); /* an inline one stays at the first */
    }
    ez_bed_release(bed, NULL);
    ez_bed_await_quiet(bed);
    ez_bed_await_all(bed);
    for (size_t i = 0; i < 64; i++) {
        busy += ez_bed_sent(bed, i)->answer == EXECZ_E_BUSY;
    }
    for (unsigned i = 0; i < busy; i++) { /* as the scheduler does, now that there is room */
        ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    }
    ez_bed_stop(bed);
    if (ez_tap_faults(EZ_FAULT_FINISH_REFUSED, &first) > 0) {
        ez_verdict_fail("%s", first);
    }
}

static void
check_no_memory(void)
{
    ez_bed *bed;
    ez_sent *sent;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    ez_tap_refuse_memory(0);
    sent = ez_bed_send(bed, (ez_how){0});
    if (sent->answer == EXECZ_OK) {
        ez_bed_await_closed(sent);
    }
    ez_tap_refuse_memory(-1);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    ez_bed_stop(bed);
}

static void
check_no_thread(void)
{
    ez_bed *bed;
    ez_sent *sent;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    ez_tap_refuse_thread(0);
    sent = ez_bed_send(bed, (ez_how){0});
    ez_tap_refuse_thread(-1);
    if (sent->answer == EXECZ_OK) {
        ez_bed_await_closed(sent);
    }
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    ez_bed_stop(bed);
}

static void
check_task_gone(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned i = 0; i < 30; i++) {
        (void)ez_bed_submit(bed, (ez_how){.n = 1 + i % 2, .vanishes = true});
    }
    ez_bed_await_all(bed);
    ez_bed_stop(bed);
}

static void
check_clock(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    atomic_store(&ez_the_world.turned, 36500 * EXECZ_DAY);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    atomic_store(&ez_the_world.turned, -3650 * EXECZ_DAY);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){.n = 2}));
    ez_bed_stop(bed);
}

#define ACCEPTED                                                                                   \
    "EXECZ_OK: it is the executor's now and will be finished exactly once (perhaps before this "   \
    "returns)."

static const ez_check checks[] = {
    {"finish.once", "basic.life", "execz_host.finish",
     "EXECZ_E_STATE for a second or stale finish: nothing changes, and the host logs that the "
     "plugin misbehaves.",
     "see to it that only one of your paths finishes a run, and forget its number then", check_once,
     false},
    {"finish.known", "basic.life", "execz_host.finish",
     "exactly once for each run that send_task() accepted",
     "finish by the number that send_task() was given", check_known, false},
    {"finish.refused", "basic.life", "execz_executor_ops.send_task",
     "Anything else: it is not, and finish() must not be called.",
     "if send_task() does not return EXECZ_OK, leave the run alone", check_busy, false},
    {"finish.outside", "start.again", "execz_host.finish",
     "No thread may be inside execute() for this run any more.",
     "finish on the thread that has executed it, or after that", check_outside, false},
    {"finish.results", "basic.life", "execz_host.finish",
     "results (n of them, borrowed) tell how its run times ended and win over what execute() kept",
     "give each result the size of its struct, a run time of this run and an outcome, or give none",
     check_results, false},
    {"execute.open", "basic.life", "execz_host.execute",
     "EXECZ_E_STATE if the run is not open or has no such run time.",
     "execute each run time once, before you finish the run", check_open, false},
    {"execute.order", "start.again", "execz_executor_ops.send_task",
     "several if runs were missed and the task does not coalesce; to be executed in this order",
     "execute the run times of one run one after the other, from the first", check_order, false},
    {"execute.each", "basic.life", "execz_executor_ops.send_task",
     "n of them, 1 to EXECZ_RUN_TIMES_MAX, ascending",
     "execute all n run times, not only the first", check_each, false},
    {"execute.outcome", "execute.each", "execz_host.execute",
     "EXECZ_OK also if the body failed (that is an outcome)",
     "leave the outcome to host->execute(), and give host->finish() no results then", check_outcome,
     false},
    {"execute.kinds", "execute.each", "execz_component.caps", "EXECZ_CAP_*",
     "take what it declares, or do not declare it", check_kinds, false},
    {"send.prompt", "basic.life", "its paragraph on threads",
     "the scheduler's own thread; calls on one executor never overlap; return at once",
     "leave what takes time to a thread: host->thread()", check_prompt, false},
    {"send.no-memory", "basic.life", "execz_executor_ops.send_task", ACCEPTED,
     "if there is no memory return EXECZ_E_NOMEM or EXECZ_E_BUSY, and go on with the next run",
     check_no_memory, false},
    {"send.no-thread", "basic.life", "execz_host.thread",
     "EXECZ_E_LIMIT if the system has no more threads.",
     "return EXECZ_E_BUSY for the run, or leave it to a thread there is", check_no_thread, false},
    {"send.task-gone", "basic.life", "execz_host.finish",
     "After this call the task and the run are gone.",
     "copy what you need of the task before you finish its run", check_task_gone, false},
    {"send.clock", "basic.life", "execz_host.now",
     "The time by EXECZ_CLOCK_*, in nanoseconds; tests turn this clock.",
     "measure by EXECZ_CLOCK_MONOTONIC: the wall clock can be set", check_clock, false},
};

const ez_stage ez_stage_runs = EZ_STAGE(checks);
