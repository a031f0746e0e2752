/* SPDX-License-Identifier: MIT */
/* What an executor says of itself. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <inttypes.h>
#include <stddef.h>

static execz_stats
read_stats(ez_bed *bed, uint32_t size)
{
    execz_stats stats = {.size = size, .accepted = 77};
    execz_status status;

    ez_verdict_in(false, "stats()");
    status = ez_the_subject.ops->stats(ez_bed_executor(bed), &stats);
    ez_verdict_in(false, NULL);
    if (status != EXECZ_OK) {
        ez_verdict_fail("stats() returned %d", (int)status);
    }
    return stats;
}

static ez_bed *
need_stats(void)
{
    ez_need_bodies();
    if (ez_the_subject.ops->stats == NULL) {
        ez_verdict_skip("it has no function stats");
    }
    return ez_bed_started(NULL, NULL);
}

static void
check_stats(void)
{
    ez_bed *bed = need_stats();
    execz_stats stats;

    for (unsigned i = 0; i < 10; i++) {
        ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    }
    (void)ez_bed_shutdown(bed, EXECZ_SHUTDOWN_WAIT, -1);
    (void)ez_bed_send(bed, (ez_how){0});
    stats = read_stats(bed, sizeof stats);
    if (stats.accepted != 10 || stats.finished != 10 || stats.refused != 1 || stats.queued != 0) {
        ez_verdict_fail("after 10 runs that were accepted and finished and 1 that was refused it "
                        "says: accepted %" PRIu64 ", finished %" PRIu64 ", refused %" PRIu64
                        ", queued %u",
                        stats.accepted, stats.finished, stats.refused, stats.queued);
    }
    ez_bed_destroy(bed);
}

static void
check_size(void)
{
    const uint32_t small = offsetof(execz_stats, accepted);
    ez_bed *bed = need_stats();
    execz_stats stats = read_stats(bed, small);

    if (stats.accepted != 77) {
        ez_verdict_fail("the host has room for %u bytes, and stats() has written behind them",
                        small);
    }
    ez_bed_stop(bed);
}

static void
check_health(void)
{
    execz_error why = EXECZ_ERROR_INIT;
    uint32_t health, silent;
    ez_bed *bed;

    ez_need_bodies();
    if (ez_the_subject.ops->health == NULL) {
        ez_verdict_skip("it has no function health");
    }
    bed = ez_bed_started(NULL, NULL);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    ez_verdict_in(false, "health()");
    health = ez_the_subject.ops->health(ez_bed_executor(bed), &why);
    silent = ez_the_subject.ops->health(ez_bed_executor(bed), NULL);
    ez_verdict_in(false, NULL);
    if (health != EXECZ_HEALTH_OK || silent != EXECZ_HEALTH_OK) {
        ez_verdict_fail("it has just executed a run and says that it is not well: %u, %s", health,
                        why.message[0] == '\0' ? "without a reason" : why.message);
    }
    ez_bed_stop(bed);
}

static void
check_extension(void)
{
    const void *table;
    ez_bed *bed;

    ez_subject_load();
    if (ez_the_subject.ops->extension == NULL) {
        ez_verdict_skip("it has no function extension");
    }
    bed = ez_bed_started(NULL, NULL);
    ez_verdict_in(false, "extension()");
    table = ez_the_subject.ops->extension(ez_bed_executor(bed), "execz.nobody-knows-this/1");
    ez_verdict_in(false, NULL);
    if (table != NULL) {
        ez_verdict_fail("it gives a table for a name that nobody can know");
    }
    ez_bed_stop(bed);
}

static void
check_flush(void)
{
    ez_bed *bed;

    ez_subject_load();
    if (ez_the_subject.ops->flush == NULL) {
        ez_verdict_skip("it has no function flush");
    }
    bed = ez_bed_started(NULL, NULL);
    ez_bed_flush(bed);
    ez_bed_flush(bed);
    ez_bed_stop(bed);
}

static const ez_check checks[] = {
    {"figures.stats", "shutdown.refuses", "execz_stats",
     "Figures of an executor; the host itself counts sent, finished and failed runs.",
     "count what send_task() accepts and refuses, and what is finished", check_stats, false},
    {"figures.size", "figures.stats", "execz_executor_ops.stats",
     "Fills the first stats_out->size bytes.",
     "fill a struct of your own and copy the lesser of the two sizes", check_size, false},
    {"figures.health", "basic.life", "execz_executor_ops.health",
     "EXECZ_HEALTH_*; why says what is wrong.",
     "return EXECZ_HEALTH_OK while it executes runs; why may be NULL", check_health, false},
    {"figures.extension", "basic.life", "execz_executor_ops.extension",
     "A further table by its name; NULL if there is none.", "compare the whole name, else NULL",
     check_extension, false},
    {"figures.flush", "basic.life", "execz_executor_ops.flush",
     "What there was to send is sent, for now: called after one or many send_task(), before the "
     "loop "
     "sleeps.",
     "do nothing if there is nothing to flush", check_flush, false},
};

const ez_stage ez_stage_figures = EZ_STAGE(checks);
