/* SPDX-License-Identifier: MIT */
/* start(), again and again, and when the system refuses what it needs. */
#include "bed.h"
#include "check.h"
#include "process.h"
#include "subject.h"
#include "tap.h"
#include "verdict.h"
#include "world.h"

static void
check_again(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_new("under-check", NULL, NULL);
    for (unsigned i = ez_world_times(20); i > 0; i--) {
        ez_bed_start(bed);
        (void)ez_bed_submit(bed, (ez_how){0});
        ez_bed_stop(bed);
    }
    ez_bed_free(bed);
}

static void
check_two(void)
{
    ez_bed *one, *other;
    ez_sent *held;

    ez_need_bodies();
    one = ez_bed_new("one", NULL, NULL);
    other = ez_bed_new("other", NULL, NULL);
    ez_bed_start(one);
    ez_bed_start(other);
    if (ez_bed_executor(one) == ez_bed_executor(other)) {
        ez_verdict_fail("two executors of different alias have one state");
    }
    (void)ez_bed_submit(one, (ez_how){0});
    held = ez_bed_submit(other, (ez_how){0});
    ez_bed_await_closed(held);
    ez_bed_stop(one);
    (void)ez_bed_submit(other, (ez_how){0}); /* the end of one does not concern it */
    ez_bed_stop(other);
}

/* ---- refusals --------------------------------------------------------------------------------- */

/* What there is in the process while nothing is started. */
typedef struct traces {
    unsigned threads, descriptors;
} traces;

static traces
look(void)
{
    return (traces){ez_process_threads(), ez_process_descriptors()};
}

static void
expect_nothing_left(ez_bed *bed, const traces *before, const char *what, const execz_error *err)
{
    g_autofree char *names = NULL;

    if (err->message[0] == '\0') {
        ez_verdict_fail("%s, start() failed and did not say why", what);
    }
    if (ez_bed_blocks(bed) != 0) {
        ez_verdict_fail("%s, start() failed and left %d blocks of host->realloc()", what,
                        ez_bed_blocks(bed));
    }
    if (ez_process_descriptors() > before->descriptors) {
        names = ez_process_descriptor_names();
        ez_verdict_fail("%s, start() failed and left %u open descriptors: there are %s", what,
                        ez_process_descriptors() - before->descriptors, names);
    }
    if (!ez_process_settles(before->threads)) {
        names = ez_process_thread_names();
        ez_verdict_fail("%s, start() failed and left a thread: there are %s", what, names);
    }
}

/* Starts it, while something is refused after so many calls; true if that was refused. */
static bool
start_refused(ez_bed *bed, void (*refuse)(int), int after, const char *what)
{
    execz_error err = EXECZ_ERROR_INIT;
    traces before = look();
    execz_status status;
    bool refused;

    refuse(after);
    status = ez_bed_try_start(bed, &err);
    refused = ez_tap_has_refused();
    refuse(-1);
    if (status == EXECZ_OK) {
        ez_bed_stop(bed);
    } else if (refused) {
        expect_nothing_left(bed, &before, what, &err);
    }
    return refused;
}

static void
start_with(void (*refuse)(int), const char *what)
{
    ez_bed *bed;
    int after = 0;

    ez_subject_load();
    bed = ez_bed_new("under-check", NULL, NULL);
    ez_bed_start(bed); /* what it keeps from its first start on is no trace of a later one */
    ez_bed_stop(bed);
    while (after < 50 && start_refused(bed, refuse, after, what)) {
        after++;
    }
    if (after == 0) {
        ez_verdict_skip("start() does not ask for any");
    }
    ez_bed_start(bed); /* and now it has what it needs */
    ez_bed_stop(bed);
    ez_bed_free(bed);
}

static void
check_no_thread(void)
{
    start_with(ez_tap_refuse_thread, "when host->thread() answers EXECZ_E_LIMIT");
}

static void
check_no_memory(void)
{
    start_with(ez_tap_refuse_memory, "when host->realloc() gives NULL");
}

static const ez_check checks[] = {
    {"start.again", "basic.life", "execz_executor_ops.start",
     "May be called again after a failure or a destroy(), and several times for executors of "
     "different alias.",
     "keep no state in static variables; free everything in destroy()", check_again, false},
    {"start.two", "start.again", "execz_executor_ops.start",
     "May be called again after a failure or a destroy(), and several times for executors of "
     "different alias.",
     "keep all state behind *executor_out, and none in static variables", check_two, false},
    {"start.no-thread", "start.again", "execz_executor_ops.start",
     "On failure nothing is left behind: no thread, descriptor or memory.",
     "release in start() what it has acquired, in reverse order, before it returns a failure",
     check_no_thread, false},
    {"start.no-memory", "start.again", "execz_executor_ops.start",
     "On failure nothing is left behind: no thread, descriptor or memory.",
     "check what host->realloc() gives; release in start() what it has acquired", check_no_memory,
     false},
};

const ez_stage ez_stage_start = EZ_STAGE(checks);
