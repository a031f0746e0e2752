/* SPDX-License-Identifier: MIT */
/* shutdown(): with each of its flags, idle and amid runs, repeated, stronger, from several threads. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <pthread.h>

static ez_bed *
started(void)
{
    ez_need_bodies();
    return ez_bed_started(NULL, NULL);
}

/* Some runs whose bodies hold, of which at least one has begun. */
static ez_bed *
started_with_runs(unsigned n)
{
    ez_bed *bed = started();

    for (unsigned i = 0; i < n; i++) {
        (void)ez_bed_post(bed, (ez_how){.holds = true});
    }
    ez_bed_await_began(bed, 1);
    return bed;
}

static void
expect(ez_bed *bed, uint32_t flags, execz_duration wait, execz_status expected, const char *when)
{
    execz_status status = ez_bed_shutdown(bed, flags, wait);

    if (status != expected) {
        ez_verdict_fail("shutdown(%s%s%s) %s returned %d, not %s",
                        flags & EXECZ_SHUTDOWN_WAIT ? "WAIT" : "",
                        flags == (EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL) ? " | " : "",
                        flags & EXECZ_SHUTDOWN_CANCEL ? "CANCEL" : "", when, (int)status,
                        expected == EXECZ_OK ? "EXECZ_OK" : "EXECZ_E_TIMEOUT");
    }
}

/* ---- idle ------------------------------------------------------------------------------------- */

static void
check_refuses(void)
{
    ez_bed *bed = started();
    ez_sent *sent;

    expect(bed, 0, -1, EXECZ_OK, "without runs");
    for (unsigned i = 0; i < 3; i++) {
        sent = ez_bed_send(bed, (ez_how){0});
        if (sent->answer != EXECZ_E_SHUTDOWN) {
            ez_verdict_fail("after shutdown() had returned send_task() returned %d, not "
                            "EXECZ_E_SHUTDOWN",
                            (int)sent->answer);
        }
    }
    if (ez_bed_count_began(bed) > 0) {
        ez_verdict_fail("a body was executed of a run that was refused");
    }
    ez_bed_destroy(bed);
}

static void
check_idle(void)
{
    static const uint32_t all[] = {0, EXECZ_SHUTDOWN_WAIT, EXECZ_SHUTDOWN_CANCEL,
                                   EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL};
    ez_bed *bed;

    ez_subject_load();
    bed = ez_bed_new("under-check", NULL, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        ez_bed_start(bed);
        expect(bed, all[i], -1, EXECZ_OK, "without runs");
        ez_bed_destroy(bed);
        ez_bed_start(bed);
        expect(bed, all[i], 0, EXECZ_OK, "without runs, at its deadline");
        ez_bed_destroy(bed);
    }
    ez_bed_free(bed);
}

static void
check_repeated(void)
{
    ez_bed *bed;

    ez_subject_load();
    bed = ez_bed_new("under-check", NULL, NULL);
    ez_bed_start(bed);
    for (unsigned i = 0; i < 3; i++) {
        expect(bed, 0, -1, EXECZ_OK, "again");
        expect(bed, EXECZ_SHUTDOWN_WAIT, -1, EXECZ_OK, "again");
        expect(bed, EXECZ_SHUTDOWN_CANCEL | EXECZ_SHUTDOWN_WAIT, -1, EXECZ_OK, "again");
    }
    ez_bed_destroy(bed);
    ez_bed_free(bed);
}

static void
check_unknown_flags(void)
{
    ez_bed *bed = started();

    (void)ez_bed_submit(bed, (ez_how){0});
    ez_bed_await_all(bed);
    (void)ez_bed_shutdown(bed, UINT32_C(1) << 31, -1);
    if (ez_bed_send(bed, (ez_how){0})->answer != EXECZ_E_SHUTDOWN) {
        ez_verdict_fail("a flag that it does not know kept it from shutting down");
    }
    ez_bed_destroy(bed);
}

/* ---- amid runs -------------------------------------------------------------------------------- */

static void
check_goes_on(void)
{
    ez_bed *bed = started_with_runs(3);

    expect(bed, 0, -1, EXECZ_OK, "amid runs");
    ez_bed_release(bed, NULL);
    ez_bed_await_quiet(bed);
    ez_bed_await_all(bed);
    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);

        if (sent->answer == EXECZ_OK && sent->outcome[0] != EXECZ_OUTCOME_OK) {
            ez_verdict_fail("a run that was accepted before shutdown(0) ended with outcome %u",
                            sent->outcome[0]);
        }
    }
    ez_bed_destroy(bed);
}

static void
check_deadline(void)
{
    ez_bed *bed = started_with_runs(3);

    expect(bed, EXECZ_SHUTDOWN_WAIT, 0, EXECZ_E_TIMEOUT, "amid runs, with a deadline that is over");
    expect(bed, EXECZ_SHUTDOWN_WAIT, 20 * EXECZ_MILLISECOND, EXECZ_E_TIMEOUT,
           "amid runs, with a deadline in 20 ms");
    ez_bed_release(bed, NULL);
    ez_bed_await_quiet(bed);
    expect(bed, EXECZ_SHUTDOWN_WAIT, -1, EXECZ_OK, "after that");
    ez_bed_await_all(bed);
    ez_bed_destroy(bed);
}

/* Lets the bodies go on a moment after somebody has begun to wait for them. */
static void *
release_later(void *bed)
{
    for (unsigned i = 0; i < 50; i++) {
        ez_world_nap();
    }
    ez_bed_release(bed, NULL);
    return NULL;
}

static unsigned
count_ended(ez_bed *bed)
{
    unsigned n = 0;

    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        n += atomic_load(&ez_bed_sent(bed, i)->slip->ended) > 0;
    }
    return n;
}

static void
check_waits(void)
{
    ez_bed *bed = started_with_runs(1);
    pthread_t thread;
    unsigned ended;

    EZ_NEEDED(pthread_create(&thread, NULL, release_later, bed) == 0);
    expect(bed, EXECZ_SHUTDOWN_WAIT, -1, EXECZ_OK, "amid runs");
    ended = count_ended(bed);
    pthread_join(thread, NULL);
    if (ended == 0) {
        ez_verdict_fail(
            "shutdown(WAIT) returned EXECZ_OK while a body of an accepted run was still "
            "running");
    }
    ez_bed_await_quiet(bed);
    ez_bed_await_all(bed);
    ez_bed_destroy(bed);
}

static void
check_cancels(void)
{
    ez_bed *bed = started_with_runs(20);
    unsigned cancelled = 0;

    expect(bed, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, -1, EXECZ_OK, "amid runs");
    ez_bed_await_quiet(bed);
    ez_bed_await_all(bed);
    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);

        if (sent->answer == EXECZ_OK && sent->outcome[0] != EXECZ_OUTCOME_CANCELLED) {
            ez_verdict_fail(
                "a run that shutdown(CANCEL) found unfinished ended with outcome %u, not "
                "as CANCELLED",
                sent->outcome[0]);
        }
        cancelled += sent->answer == EXECZ_OK;
    }
    EZ_NEEDED(cancelled > 0);
    ez_bed_destroy(bed);
}

static void
check_stronger(void)
{
    ez_bed *bed = started_with_runs(8);

    expect(bed, 0, -1, EXECZ_OK, "amid runs");
    expect(bed, EXECZ_SHUTDOWN_WAIT, 0, EXECZ_E_TIMEOUT, "amid runs, with a deadline that is over");
    expect(bed, EXECZ_SHUTDOWN_CANCEL, -1, EXECZ_OK, "after shutdown(0)");
    ez_bed_await_quiet(bed);
    expect(bed, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, -1, EXECZ_OK, "after all of them");
    ez_bed_await_all(bed);
    ez_bed_destroy(bed);
}

/* ---- several threads -------------------------------------------------------------------------- */

typedef struct shutter {
    ez_bed *bed;
    uint32_t flags;
    execz_status status;
    pthread_t thread;
} shutter;

static void *
shut_down(void *argument)
{
    shutter *self = argument;
    execz_error err = EXECZ_ERROR_INIT;

    self->status = ez_the_subject.ops->shutdown(ez_bed_executor(self->bed), self->flags,
                                                EXECZ_NO_DEADLINE, &err);
    return NULL;
}

static void
shut_down_from_two(ez_bed *bed)
{
    shutter two[] = {{bed, EXECZ_SHUTDOWN_CANCEL | EXECZ_SHUTDOWN_WAIT, 0, 0},
                     {bed, EXECZ_SHUTDOWN_WAIT, 0, 0}};

    ez_verdict_in(false, "shutdown(), from two threads amid sends");
    for (size_t k = 0; k < 2; k++) {
        EZ_NEEDED(pthread_create(&two[k].thread, NULL, shut_down, &two[k]) == 0);
    }
    for (size_t k = 0; k < 2; k++) {
        pthread_join(two[k].thread, NULL);
        if (two[k].status != EXECZ_OK) {
            ez_verdict_fail("shutdown() from two threads returned %d", (int)two[k].status);
        }
    }
    ez_verdict_in(false, NULL);
}

static void
expect_answers(ez_bed *bed)
{
    for (size_t k = 0; k < ez_bed_count_sent(bed); k++) {
        execz_status answer = ez_bed_sent(bed, k)->answer;

        if (answer != EXECZ_OK && answer != EXECZ_E_SHUTDOWN && answer != EXECZ_E_BUSY) {
            ez_verdict_fail("amid a shutdown send_task() returned %d, not EXECZ_E_SHUTDOWN",
                            (int)answer);
        }
    }
}

static void
check_threads(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_new("under-check", NULL, NULL);
    for (unsigned i = 0; i < 10; i++) {
        ez_bed_start(bed);
        for (unsigned k = 0; k < 100; k++) {
            (void)ez_bed_post(bed, (ez_how){0});
        }
        ez_bed_await_began(bed, i);
        shut_down_from_two(bed);
        ez_bed_await_quiet(bed);
        ez_bed_await_all(bed);
        expect_answers(bed);
        ez_bed_destroy(bed);
    }
    ez_bed_free(bed);
}

static void
check_then_start(void)
{
    ez_bed *bed = started_with_runs(6);

    expect(bed, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, -1, EXECZ_OK, "amid runs");
    ez_bed_await_quiet(bed);
    ez_bed_await_all(bed);
    ez_bed_destroy(bed);
    ez_bed_start(bed);
    for (unsigned i = 0; i < 10; i++) {
        ez_sent *sent = ez_bed_submit(bed, (ez_how){0});

        ez_bed_await_closed(sent);
        if (sent->outcome[0] != EXECZ_OUTCOME_OK) {
            ez_verdict_fail("after a shutdown with CANCEL and a new start a run ended with outcome "
                            "%u: %s",
                            sent->outcome[0], sent->message);
        }
    }
    ez_bed_stop(bed);
}

#define ENDS "Ends an executor: from here on it refuses tasks with EXECZ_E_SHUTDOWN."
#define WHAT_IT_HAS                                                                                \
    "What it has accepted runs to its end, or is CANCELLED (EXECZ_SHUTDOWN_CANCEL); each run is "  \
    "finished in either case."
#define SHUTDOWN "execz_executor_ops.shutdown"

static const ez_check checks[] = {
    {"shutdown.refuses", "basic.life", SHUTDOWN, ENDS,
     "note that shutdown() was called, and return EXECZ_E_SHUTDOWN from send_task() from then on",
     check_refuses, false},
    {"shutdown.idle", "start.again", SHUTDOWN, ENDS,
     "return EXECZ_OK for any flags and any deadline if there is nothing to wait for", check_idle,
     false},
    {"shutdown.repeated", "shutdown.idle", SHUTDOWN,
     "EXECZ_SHUTDOWN_*; may be called again with stronger ones",
     "a second shutdown() finds what the first has done, and does not do it again", check_repeated,
     false},
    {"shutdown.unknown-flags", "shutdown.refuses", SHUTDOWN,
     "EXECZ_SHUTDOWN_*; may be called again with stronger ones",
     "look at the bits that you know: a later version may have more", check_unknown_flags, false},
    {"shutdown.goes-on", "shutdown.refuses", SHUTDOWN, WHAT_IT_HAS,
     "without EXECZ_SHUTDOWN_CANCEL let runs go on to their end", check_goes_on, false},
    {"shutdown.deadline", "shutdown.goes-on shutdown.repeated", SHUTDOWN,
     "EXECZ_OK, or EXECZ_E_TIMEOUT if WAIT met its deadline with runs unfinished.",
     "compare the deadline with host->now(host, EXECZ_CLOCK_MONOTONIC)", check_deadline, false},
    {"shutdown.waits", "shutdown.refuses", "EXECZ_SHUTDOWN_WAIT",
     "return only when every run is finished, or at the deadline",
     "wait until host->unfinished() is 0, or count the runs", check_waits, false},
    {"shutdown.cancels", "shutdown.refuses", "EXECZ_SHUTDOWN_CANCEL",
     "finish queued runs as CANCELLED, interrupt running ones",
     "host->retract() or finish what is queued, and host->interrupt() what runs", check_cancels,
     false},
    {"shutdown.stronger", "shutdown.cancels shutdown.deadline", SHUTDOWN,
     "EXECZ_SHUTDOWN_*; may be called again with stronger ones",
     "look at EXECZ_SHUTDOWN_CANCEL each time, not only the first", check_stronger, false},
    {"shutdown.threads", "shutdown.cancels shutdown.repeated start.again send.prompt", SHUTDOWN,
     "[any-thread], with WAIT never [loop]", "guard what shutdown() and send_task() have in common",
     check_threads, false},
    {"shutdown.then-start", "shutdown.cancels start.again", "execz_executor_ops.start",
     "May be called again after a failure or a destroy(), and several times for executors of "
     "different alias.",
     "begin with fresh state in start(): nothing of the shutdown before may be left",
     check_then_start, false},
};

const ez_stage ez_stage_shutdown = EZ_STAGE(checks);
