/* SPDX-License-Identifier: MIT */
/* The rules of lateness, in the order in which they apply to the fire times that are due:
 *
 *   1. Coalescing (the default) keeps the latest and counts the others: after a night of sleep a
 *   task runs
 *      once.
 *   2. Without it each is kept, the latest EXECZ_RUN_TIMES_MAX of them; older ones are missed.
 *   3. What is kept but later than its misfire grace time is missed.
 *
 * All is asked of the trigger by next, last and count, which do not depend on how much was missed;
 * nothing walks through the past. */
#include "task/due.h"

#include <string.h>

/* 64-bit finaliser of MurmurHash3 (Austin Appleby, public domain formula): spreads close inputs. */
static uint64_t
mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    return value ^ value >> 33;
}

execz_time
ez_due_time(const ez_task *task, const ez_trigger *trigger, execz_time fire_time)
{
    execz_duration jitter = ez_trigger_jitter(trigger);
    execz_time next;
    uint64_t hash;

    if (jitter <= 0 || fire_time == EXECZ_TIME_NEVER) {
        return fire_time;
    }
    next = ez_trigger_next(trigger, fire_time); /* NEVER is a bound, too: nothing moves past it */
    jitter = MIN(jitter, next - fire_time - 1);
    hash = mix((uint64_t)fire_time ^ mix(g_str_hash(task->abi.id)));
    return fire_time + (execz_duration)(hash % ((uint64_t)jitter + 1));
}

/* The latest fire time from `from` on that is due at now. */
static execz_time
latest_due(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now)
{
    execz_time latest = from;

    if (ez_trigger_last(trigger, now, &latest) && latest > from &&
        ez_due_time(task, trigger, latest) > now) {
        (void)ez_trigger_last(trigger, latest - 1, &latest); /* its jitter is not over yet */
    }
    return MAX(latest, from);
}

static bool
is_late(const ez_task *task, const ez_trigger *trigger, execz_time fire_time, execz_time now)
{
    execz_duration grace = task->abi.misfire_grace_time;

    return grace >= 0 && now - ez_due_time(task, trigger, fire_time) > grace;
}

/* Fills times from the back with what is in time, walking back from latest. */
static void
keep_each(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time latest,
          execz_time now, ez_due *due)
{
    uint32_t free = EXECZ_RUN_TIMES_MAX;
    execz_time at = latest;
    bool more = true;

    while (more && free > 0 && !is_late(task, trigger, at, now)) {
        due->times[--free] = ez_due_time(task, trigger, at);
        more = ez_trigger_last(trigger, at - 1, &at) && at >= from;
    }
    due->n = EXECZ_RUN_TIMES_MAX - free;
    memmove(due->times, due->times + free, due->n * sizeof due->times[0]);
    if (more) {
        due->missed = ez_trigger_count(trigger, from - 1, at, EZ_DUE_COUNT_MAX);
        due->missed_last = at;
    }
}

static void
keep_latest(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time latest,
            execz_time now, ez_due *due)
{
    uint64_t others =
        latest == from ? 0 : ez_trigger_count(trigger, from - 1, latest - 1, EZ_DUE_COUNT_MAX);

    if (is_late(task, trigger, latest, now)) {
        due->missed = MIN(others + 1, EZ_DUE_COUNT_MAX);
        due->missed_last = latest;
    } else {
        due->times[0] = ez_due_time(task, trigger, latest);
        due->n = 1;
        due->coalesced = others;
    }
}

void
ez_due_collect(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now,
               ez_due *due_out)
{
    execz_time latest;

    due_out->n = 0;
    due_out->coalesced = 0;
    due_out->missed = 0;
    due_out->missed_last = 0;
    due_out->next = ez_trigger_next(trigger, from);
    latest = due_out->next > now ? from : latest_due(task, trigger, from, now);
    if (latest != from) {
        due_out->next = ez_trigger_next(trigger, latest);
    }
    if (task->coalesce == EXECZ_COALESCE_LATEST) {
        keep_latest(task, trigger, from, latest, now, due_out);
    } else {
        keep_each(task, trigger, from, latest, now, due_out);
    }
}
