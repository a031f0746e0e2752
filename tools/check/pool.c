/* SPDX-License-Identifier: MIT */
/* What executors keep to that have workers and a queue, as their options say. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

static ez_bed *
need(const char *option, const char *value)
{
    ez_need_bodies();
    if (ez_subject_option(option) == NULL) {
        ez_verdict_skip("it has no option %s", option);
    }
    if (!ez_bed_allows(option, value)) {
        ez_verdict_skip("its option %s does not allow %s", option, value);
    }
    return ez_bed_started(option, value);
}

static void
end(ez_bed *bed)
{
    ez_bed_release(bed, NULL);
    ez_bed_stop(bed);
}

static void
check_workers(void)
{
    ez_bed *bed = need("max_workers", "3");

    for (unsigned i = 0; i < 12; i++) {
        (void)ez_bed_submit(bed, (ez_how){.holds = true});
    }
    ez_bed_await_began(bed, 3);
    for (unsigned i = 0; i < 9; i++) { /* as one ends the next begins */
        ez_sent *sent;
        size_t k = 0;

        do {
            sent = ez_bed_sent(bed, k++);
        } while (atomic_load(&sent->slip->released) || atomic_load(&sent->slip->began) == 0);
        atomic_store(&sent->slip->released, 1);
        ez_bed_await_began(bed, 4 + i);
    }
    end(bed);
    if (atomic_load(&ez_the_world.ledger->most) != 3) {
        ez_verdict_fail("with max_workers=3 and 12 runs %u bodies ran at the same time",
                        atomic_load(&ez_the_world.ledger->most));
    }
}

static void
check_priorities(void)
{
    const int32_t priorities[] = {0, -1, 5, 0, 7, 5, -1};
    const unsigned expected[] = {5, 7, 3, 6, 2, 4, 8}; /* the first is the one that holds */
    ez_sent *queued[G_N_ELEMENTS(priorities)];
    ez_bed *bed = need("max_workers", "1");

    (void)ez_bed_submit(bed, (ez_how){.holds = true});
    ez_bed_await_began(bed, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(priorities); i++) {
        queued[i] = ez_bed_submit(bed, (ez_how){.priority = priorities[i]});
    }
    ez_bed_release(bed, NULL);
    ez_bed_await_all(bed);
    for (size_t i = 0; i < G_N_ELEMENTS(priorities); i++) {
        unsigned order = atomic_load(&queued[i]->slip->order);

        if (order != expected[i]) {
            ez_verdict_fail(
                "the run of priority %d that was sent as the %zu. began as the %u., not "
                "as the %u.",
                (int)priorities[i], i + 1, order, expected[i]);
        }
    }
    end(bed);
}

static void
expect_answer(const ez_sent *sent, execz_status expected, const char *when)
{
    if (sent->answer != expected) {
        ez_verdict_fail("with queue_limit=3 and max_workers=2, %s, send_task() returned %d", when,
                        (int)sent->answer);
    }
}

static void
check_queue_limit(void)
{
    size_t n = ez_the_subject.n_settings;
    ez_bed *bed;

    ez_the_subject.settings = g_renew(ez_setting, ez_the_subject.settings, n + 1);
    ez_the_subject.settings[n] = (ez_setting){.key = "max_workers", .value = "2"};
    ez_need_bodies();
    if (ez_subject_option("max_workers") == NULL) {
        ez_verdict_skip("it has no option max_workers");
    }
    ez_the_subject.n_settings = n + 1;
    bed = need("queue_limit", "3");
    for (unsigned i = 0; i < 5; i++) { /* two that run and three that wait, as fast as they come */
        expect_answer(ez_bed_send(bed, (ez_how){.holds = true}), EXECZ_OK, "while there is room");
    }
    expect_answer(ez_bed_send(bed, (ez_how){.holds = true}), EXECZ_E_BUSY, "with five runs");
    ez_bed_await_began(bed, 2);
    expect_answer(ez_bed_send(bed, (ez_how){.holds = true}), EXECZ_E_BUSY, "with five runs");
    ez_bed_release(bed, NULL);
    ez_bed_await_all(bed);
    expect_answer(ez_bed_send(bed, (ez_how){0}), EXECZ_OK, "after all have ended");
    end(bed);
}

static execz_status
send_limited(ez_bed *bed, const char *task, bool holds)
{
    return ez_bed_send(bed, (ez_how){.task_id = task, .max_instances = 2, .holds = holds})->answer;
}

static void
check_own_limit(void)
{
    ez_bed *bed;

    ez_need_bodies();
    if ((ez_the_subject.caps & EXECZ_CAP_OWN_LIMIT) == 0) {
        ez_verdict_skip("it does not declare EXECZ_CAP_OWN_LIMIT");
    }
    bed = ez_bed_started(NULL, NULL);
    if (send_limited(bed, "one", true) != EXECZ_OK || send_limited(bed, "one", true) != EXECZ_OK) {
        ez_verdict_fail("it refuses one of two runs of a task with max_instances 2");
    }
    if (send_limited(bed, "one", true) != EXECZ_E_MAX_INSTANCES) {
        ez_verdict_fail("it does not refuse a third run of a task with max_instances 2 by "
                        "EXECZ_E_MAX_INSTANCES");
    }
    if (send_limited(bed, "other", true) != EXECZ_OK) {
        ez_verdict_fail("it refuses the first run of another task");
    }
    ez_bed_release(bed, NULL);
    ez_bed_await_all(bed);
    if (send_limited(bed, "one", false) != EXECZ_OK) {
        ez_verdict_fail("it refuses a run of a task whose runs have all ended");
    }
    ez_bed_stop(bed);
}

static const ez_check checks[] = {
    {"pool.workers", "basic.life", "execz_host.option_i64",
     "The value of a declared option of type INT, BOOL (0, 1), DURATION (ns) or SIZE (bytes).",
     "max_workers is how many bodies run at the same time, and as many do if there are runs",
     check_workers, false},
    {"pool.priority", "pool.workers", "run.h: execz_task.priority",
     "higher goes first where runs have to queue",
     "queue by priority, and then in the order of coming", check_priorities, false},
    {"pool.queue-limit", "pool.workers", "execz_executor_ops.send_task",
     "EXECZ_E_BUSY: the scheduler keeps the run and sends it again soon.",
     "queue_limit is how many runs wait for a worker; return EXECZ_E_BUSY for what is beyond",
     check_queue_limit, false},
    {"pool.own-limit", "basic.life", "execz_component.caps",
     "counts instances itself, beyond this host",
     "count the runs of a task by its id; beyond max_instances return EXECZ_E_MAX_INSTANCES",
     check_own_limit, false},
};

const ez_stage ez_stage_pool = EZ_STAGE(checks);
