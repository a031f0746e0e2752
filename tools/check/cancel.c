/* SPDX-License-Identifier: MIT */
/* Runs that are cancelled: running, queued, or over. */
#include "bed.h"
#include "check.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <inttypes.h>

static ez_bed *
need_cancel(void)
{
    ez_need_bodies();
    if (ez_the_subject.ops->cancel == NULL) {
        ez_verdict_skip("it has no function cancel");
    }
    return ez_bed_started(NULL, NULL);
}

static execz_status
cancel(ez_bed *bed, execz_run run)
{
    execz_status status;

    ez_verdict_in(false, "cancel()");
    status = ez_the_subject.ops->cancel(ez_bed_executor(bed), run);
    ez_verdict_in(false, NULL);
    return status;
}

static bool
has_token(void *sent)
{
    return atomic_load(&((ez_sent *)sent)->opened);
}

/* A run whose body holds, and has begun. */
static ez_sent *
post_held(ez_bed *bed)
{
    ez_sent *sent = ez_bed_post(bed, (ez_how){.holds = true});

    (void)ez_world_wait(has_token, sent);
    ez_bed_await_began(bed, 1);
    return sent;
}

static void
check_running(void)
{
    ez_bed *bed = need_cancel();
    ez_sent *sent;
    execz_status status;

    if ((ez_the_subject.caps & EXECZ_CAP_CANCEL) == 0) {
        ez_verdict_skip("it does not declare EXECZ_CAP_CANCEL");
    }
    sent = post_held(bed);
    status = cancel(bed, sent->token);
    if (status != EXECZ_OK) {
        ez_verdict_fail("cancel() of a run whose body runs returned %d", (int)status);
    }
    ez_bed_await_closed(sent);
    if (sent->outcome[0] != EXECZ_OUTCOME_CANCELLED) {
        ez_verdict_fail(
            "a run that was cancelled while its body was waiting ended with outcome %u, "
            "not as CANCELLED",
            sent->outcome[0]);
    }
    ez_bed_stop(bed);
}

/* Cancels those of the first n that are not finished, and says how many. */
static unsigned
cancel_open(ez_bed *bed, size_t n)
{
    unsigned open = 0;

    for (size_t i = 0; i < n; i++) {
        const ez_sent *sent = ez_bed_sent(bed, i);
        bool refused = atomic_load(&sent->answered) && sent->answer != EXECZ_OK;

        if (refused || atomic_load(&sent->closed)) {
            continue;
        }
        open++;
        if (has_token((void *)sent)) {
            (void)cancel(bed, sent->token);
        }
    }
    return open;
}

static void
check_queued(void)
{
    ez_bed *bed = need_cancel();
    unsigned open;

    for (unsigned i = 0; i < 40; i++) {
        (void)ez_bed_post(bed, (ez_how){.holds = true});
    }
    ez_bed_await_began(bed, 1);
    do { /* an inline executor has only one at a time */
        open = cancel_open(bed, 40);
        ez_world_nap();
    } while (open > 0 && ez_world_now() < ez_the_world.gives_up_at);
    if (open > 0) {
        ez_verdict_fail("of 40 runs that were cancelled %u are not finished", open);
    }
    ez_bed_stop(bed);
}

static bool
was_stopped(void *sent)
{
    return atomic_load(&((ez_sent *)sent)->slip->stopped);
}

static void
check_late(void)
{
    ez_bed *bed = need_cancel();
    ez_sent *sent = ez_bed_submit(bed, (ez_how){0});
    ez_sent *next;

    ez_bed_await_closed(sent);
    (void)cancel(bed, sent->token);
    (void)cancel(bed, UINT64_MAX);
    (void)cancel(bed, 0);
    next = ez_bed_post(bed, (ez_how){.holds = true}); /* as a rule in the same slot */
    ez_bed_await_began(bed, 2);
    (void)cancel(bed, sent->token);
    (void)ez_world_wait_for(was_stopped, next, EXECZ_SECOND / 20);
    ez_bed_release(bed, next);
    ez_bed_await_closed(next);
    if (next->outcome[0] != EXECZ_OUTCOME_OK) {
        ez_verdict_fail("a run was cancelled by the number of one that was over: it ended with "
                        "outcome %u",
                        next->outcome[0]);
    }
    ez_bed_stop(bed);
}

static void
check_twice(void)
{
    ez_bed *bed = need_cancel();
    ez_sent *sent = post_held(bed);

    (void)cancel(bed, sent->token);
    (void)cancel(bed, sent->token);
    ez_bed_release(bed, sent);
    ez_bed_await_closed(sent);
    ez_bed_await_closed(ez_bed_submit(bed, (ez_how){0}));
    ez_bed_stop(bed);
}

#define RULE "Stops one run: out of the queue, or host->interrupt(); it is finished in either case."

static const ez_check checks[] = {
    {"cancel.running", "basic.life", "execz_executor_ops.cancel", RULE,
     "call host->interrupt() for a run whose body runs, and finish it when host->execute() returns",
     check_running, false},
    {"cancel.queued", "cancel.running", "execz_executor_ops.cancel", RULE,
     "take the run out of the queue and finish it, or host->retract() it", check_queued, false},
    {"cancel.late", "cancel.queued", "execz_executor_ops.cancel", RULE,
     "look for the run by its whole number; what you do not find is over", check_late, false},
    {"cancel.twice", "cancel.queued", "execz_executor_ops.cancel", RULE,
     "cancelling what is cancelled does nothing", check_twice, false},
};

const ez_stage ez_stage_cancel = EZ_STAGE(checks);
