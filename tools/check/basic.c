/* SPDX-License-Identifier: MIT */
/* The way of one run, step by step: each check takes one step more than the one before, so that a
 * plugin that crashes or hangs is found in the function that does. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

static void
check_start(void)
{
    ez_bed *bed = ez_bed_started(NULL, NULL);

    if (ez_bed_executor(bed) == NULL) {
        ez_verdict_fail("start() returned EXECZ_OK and did not set *executor_out");
    }
    ez_verdict_pass();
}

static void
check_shutdown(void)
{
    ez_bed *bed = ez_bed_started(NULL, NULL);
    execz_status status = ez_bed_shutdown(bed, 0, -1);

    if (status != EXECZ_OK) {
        ez_verdict_fail("shutdown(0) of an executor without runs returned %d", (int)status);
    }
    ez_verdict_pass();
}

static void
check_destroy(void)
{
    ez_bed *bed = ez_bed_started(NULL, NULL);

    (void)ez_bed_shutdown(bed, 0, -1);
    ez_bed_destroy(bed);
    ez_verdict_pass();
}

static void
check_send(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    (void)ez_bed_submit(bed, (ez_how){.unflushed = true});
    ez_verdict_pass();
}

static void
check_flush(void)
{
    ez_bed *bed;

    ez_need_bodies();
    if (ez_the_subject.ops->flush == NULL) {
        ez_verdict_skip("it has no function flush");
    }
    bed = ez_bed_started(NULL, NULL);
    (void)ez_bed_submit(bed, (ez_how){.unflushed = true});
    ez_bed_flush(bed);
    ez_verdict_pass();
}

static void
check_finish(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned i = 0; i < 50; i++) {
        (void)ez_bed_submit(bed, (ez_how){.n = 1 + i % 3, .fails = i % 5 == 0});
    }
    ez_bed_await_all(bed);
    ez_verdict_pass();
}

static void
check_all(void)
{
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned i = 0; i < 50; i++) {
        (void)ez_bed_submit(bed, (ez_how){0});
    }
    ez_bed_stop(bed);
    ez_verdict_pass();
}

static const ez_check checks[] = {
    {"basic.start", "descriptor.kind", "execz_executor_ops.start",
     "Makes an executor ready for tasks.",
     "return EXECZ_OK and set *executor_out, or say in err why not; it runs on the loop",
     check_start, false},
    {"basic.shutdown", "basic.start", "execz_executor_ops.shutdown",
     "Ends an executor: from here on it refuses tasks with EXECZ_E_SHUTDOWN.",
     "return EXECZ_OK at once unless asked to wait; hold no lock while you join or wait",
     check_shutdown, false},
    {"basic.destroy", "basic.shutdown", "execz_executor_ops.destroy",
     "Frees self.  Every run is finished and every host->thread() has ended.",
     "stop your threads in shutdown(), free everything here, and nothing twice", check_destroy,
     false},
    {"basic.send", "basic.destroy", "execz_executor_ops.send_task", "Takes one run of a task.",
     "take the run and return; EXECZ_OK means that you will finish it", check_send, false},
    {"basic.flush", "basic.send", "execz_executor_ops.flush",
     "What there was to send is sent, for now: called after one or many send_task(), before the "
     "loop "
     "sleeps.",
     "do what send_task() has left for later, and return", check_flush, false},
    {"basic.finish", "basic.flush", "execz_host.finish",
     "exactly once for each run that send_task() accepted",
     "call host->finish() for each run, whatever becomes of it: also if its body fails, if it has "
     "several run times, and if you give it up",
     check_finish, false},
    {"basic.life", "basic.finish", "execz_executor_ops.shutdown",
     "return only when every run is finished, or at the deadline",
     "let threads end once shutdown() was called and their runs are finished", check_all, false},
};

const ez_stage ez_stage_basic = EZ_STAGE(checks);
