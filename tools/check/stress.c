/* SPDX-License-Identifier: MIT */
/* Many runs, and what nobody thought of: sequences made of the seed. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <inttypes.h>

static void
check_runs(void)
{
    int64_t half_time = (ez_world_now() + ez_the_world.gives_up_at) / 2;
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_started(NULL, NULL);
    for (unsigned i = 0; i < 2000 && ez_world_now() < half_time; i++) {
        (void)ez_bed_post(bed, (ez_how){0});
        if (i % 100 == 99) {
            ez_bed_await_quiet(bed); /* not more than it can take */
            ez_bed_await_all(bed);
        }
    }
    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);

        if (sent->answer == EXECZ_OK && atomic_load(&sent->slip->began) != 1) {
            ez_verdict_fail("run %zu was executed %u times", i + 1,
                            atomic_load(&sent->slip->began));
        }
    }
    ez_bed_stop(bed);
}

/* ---- random ----------------------------------------------------------------------------------- */

typedef struct dice {
    uint64_t state;
} dice;

/* splitmix64 */
static uint64_t
roll(dice *self, uint64_t sides)
{
    uint64_t z = self->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % sides;
}

/* One of the runs that may still be open; NULL: none was sent. */
static ez_sent *
pick(ez_bed *bed, dice *die)
{
    size_t n = ez_bed_count_sent(bed);

    return n == 0 ? NULL : ez_bed_sent(bed, n - 1 - roll(die, MIN(n, 20)));
}

static void
step(ez_bed *bed, dice *die)
{
    const execz_executor_ops *ops = ez_the_subject.ops;
    execz_stats stats = {.size = sizeof stats};
    ez_sent *sent;

    switch (roll(die, 10)) {
    case 0:
        (void)ez_bed_post(bed, (ez_how){.holds = true, .n = 1 + (unsigned)roll(die, 2)});
        break;
    case 1:
        sent = pick(bed, die);
        if (ops->cancel != NULL && sent != NULL && atomic_load(&sent->answered)) {
            ez_verdict_in(false, "cancel()");
            (void)ops->cancel(ez_bed_executor(bed), sent->token);
            ez_verdict_in(false, NULL);
        }
        break;
    case 2:
    case 3:
        ez_bed_release(bed, NULL);
        break;
    case 4:
        if (ops->stats != NULL) {
            ez_verdict_in(false, "stats()");
            (void)ops->stats(ez_bed_executor(bed), &stats);
            ez_verdict_in(false, NULL);
        }
        break;
    case 5:
        ez_world_nap();
        break;
    default:
        (void)ez_bed_post(bed, (ez_how){.n = 1 + (unsigned)roll(die, 3),
                                        .fails = roll(die, 4) == 0,
                                        .priority = (int32_t)roll(die, 3)});
    }
}

static void
finish(ez_bed *bed, dice *die)
{
    uint32_t flags = roll(die, 2) == 0 ? 0 : EXECZ_SHUTDOWN_CANCEL;
    execz_status status;

    ez_bed_release(bed, NULL);
    status = ez_bed_shutdown(bed, flags | EXECZ_SHUTDOWN_WAIT, -1);
    if (status != EXECZ_OK) {
        ez_verdict_fail("with seed %" PRIu64 " shutdown(WAIT) without a deadline returned %d",
                        ez_the_subject.seed, (int)status);
    }
    ez_bed_await_quiet(bed);
    ez_bed_await_all(bed);
    for (size_t i = 0; i < ez_bed_count_sent(bed); i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);

        if (atomic_load(&sent->slip->began) > sent->n) {
            ez_verdict_fail("with seed %" PRIu64 " a run time was executed twice",
                            ez_the_subject.seed);
        }
    }
    ez_bed_destroy(bed);
}

static void
check_random(void)
{
    dice die = {ez_the_subject.seed};
    ez_bed *bed;

    ez_need_bodies();
    bed = ez_bed_new("under-check", NULL, NULL);
    for (unsigned life = 0; life < 8; life++) {
        ez_bed_start(bed);
        for (uint64_t steps = roll(&die, 150); steps > 0; steps--) {
            step(bed, &die);
        }
        finish(bed, &die);
    }
    ez_bed_free(bed);
}

static const ez_check checks[] = {
    {"stress.runs", "send.prompt", "execz_host.finish",
     "exactly once for each run that send_task() accepted",
     "look for what two threads do to one variable: --tsan finds it", check_runs, false},
    {"stress.random", "shutdown.cancels start.again cancel.late figures.stats",
     "execz_executor_ops", "return only when every run is finished, or at the deadline",
     "repeat it with its seed; --tsan and --asan may tell more", check_random, false},
};

const ez_stage ez_stage_stress = EZ_STAGE(checks);
