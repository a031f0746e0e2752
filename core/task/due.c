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
 * nothing walks through the past.
 *
 * Only where `and` nearly never fires the latest may not be known: the search back from now has
 * ended before it came to anything.  Then the rules apply to the first fire time alone, and the
 * rest is left to further calls, each from where the one before has ended.  So catching up takes
 * as many calls as there are fire times, which are few then, and none takes long. */
#include "task/due.h"

#include "task/spread.h"

#include <string.h>

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
    hash = ez_spread((uint64_t)fire_time ^ ez_spread(g_str_hash(task->id)));
    return fire_time + (execz_duration)(hash % ((uint64_t)jitter + 1));
}

/* The latest fire time from `from` on that is due at now; false if it is not known. */
static bool
find_latest(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now,
            execz_time *latest_out)
{
    ez_found found = ez_trigger_find_last(trigger, now);

    if (found.sure && found.time > from && ez_due_time(task, trigger, found.time) > now) {
        found = ez_trigger_find_last(trigger, found.time - 1); /* its jitter is not over yet */
    }
    *latest_out = MAX(found.time, from);
    return found.sure || found.time <= from;
}

static bool
is_late(const ez_task *task, const ez_trigger *trigger, execz_time fire_time, execz_time now)
{
    execz_duration grace = task->plan->abi.misfire_grace_time;

    return grace >= 0 && now - ez_due_time(task, trigger, fire_time) > grace;
}

/* Fills times from the back with what is in time, walking back from latest; false if a step back
 * is not known. */
static bool
keep_each(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time latest,
          execz_time now, ez_due *due)
{
    uint32_t free = EXECZ_RUN_TIMES_MAX;
    ez_found at = {latest, true};

    while (at.sure && at.time >= from && free > 0 && !is_late(task, trigger, at.time, now)) {
        due->times[--free] = ez_due_time(task, trigger, at.time);
        at = ez_trigger_find_last(trigger, at.time - 1);
    }
    if (!at.sure && at.time >= from) {
        return false;
    }
    due->n = EXECZ_RUN_TIMES_MAX - free;
    memmove(due->times, due->times + free, due->n * sizeof due->times[0]);
    if (at.time >= from) {
        due->missed = ez_trigger_count(trigger, from - 1, at.time, EZ_DUE_COUNT_MAX);
        due->missed_last = at.time;
    }
    return true;
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

/* Applies the rules to the fire times from `from` to latest; false if they are not known. */
static bool
keep(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time latest,
     execz_time now, ez_due *due)
{
    if (task->plan->coalesce != EXECZ_COALESCE_LATEST) {
        return keep_each(task, trigger, from, latest, now, due);
    }
    keep_latest(task, trigger, from, latest, now, due);
    return true;
}

static void
set_next(const ez_trigger *trigger, execz_time after, ez_due *due)
{
    ez_found found = ez_trigger_find_next(trigger, after);

    due->next = found.time;
    due->sure = found.sure;
}

static void
clear(ez_due *due)
{
    due->n = 0;
    due->coalesced = 0;
    due->missed = 0;
    due->missed_last = 0;
    due->more = false;
}

/* Whether the search for the next fire time goes on, or that has come, too. */
static bool
has_more(const ez_task *task, const ez_trigger *trigger, execz_time now, const ez_due *due)
{
    return (due->sure ? ez_due_time(task, trigger, due->next) : due->next) <= now;
}

void
ez_due_collect(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now,
               ez_due *due_out)
{
    execz_time latest = from;

    clear(due_out);
    set_next(trigger, from, due_out);
    if (due_out->next > now) {
        (void)keep(task, trigger, from, from, now, due_out);
    } else if (find_latest(task, trigger, from, now, &latest) &&
               keep(task, trigger, from, latest, now, due_out)) {
        set_next(trigger, latest, due_out);
    } else {
        (void)keep(task, trigger, from, from, now, due_out);
        due_out->more = has_more(task, trigger, now, due_out);
    }
}

void
ez_due_search(const ez_task *task, const ez_trigger *trigger, execz_time from, execz_time now,
              ez_due *due_out)
{
    clear(due_out);
    set_next(trigger, from - 1, due_out);
    due_out->more = has_more(task, trigger, now, due_out);
    if (due_out->sure && due_out->more) {
        ez_due_collect(task, trigger, due_out->next, now, due_out);
    }
}
