/* SPDX-License-Identifier: MIT */
/* What is due of triggers whose searches end early. */
#include "task/due.h"

#include "tasks.h"

#define UNLIMITED (-EXECZ_NANOSECOND)

/* Fires every 999 s, which no search finds in its steps. */
#define SPARSE                                                                                     \
    "and(or(interval(seconds=0.999, start_at=2027-01-01)), or(interval(seconds=1, "                \
    "start_at=2027-01-01)))"
#define MEETING(i) (NEW_YEAR + (i)*999 * EXECZ_SECOND)

typedef struct subject {
    ez_task *task;       /* owned */
    ez_trigger *trigger; /* owned */
} subject;

static subject
subject_new(const char *trigger, uint32_t coalesce, execz_duration grace)
{
    execz_task_spec spec = spec_of(trigger);
    subject self;

    spec.coalesce = coalesce;
    spec.misfire_grace_time = grace;
    self.task = make_task(&spec);
    self.trigger = ez_task_make_trigger(self.task, NEW_YEAR, NULL);
    return self;
}

static void
subject_free(subject *self)
{
    ez_trigger_unref(self->trigger);
    ez_task_unref(self->task);
}

static ez_due
collect_of(const subject *self, execz_time from, execz_time now)
{
    ez_due due;

    ez_due_collect(self->task, self->trigger, from, now, &due);
    return due;
}

typedef struct catching_up {
    uint32_t n;
    uint64_t others; /* coalesced or missed */
    unsigned calls;
    execz_time last, next;
} catching_up;

/* Collects as the scheduler does, until nothing more is due. */
static catching_up
catch_up(uint32_t coalesce, execz_duration grace, execz_time from, execz_time now)
{
    subject one = subject_new(SPARSE, coalesce, grace);
    ez_due due = collect_of(&one, from, now);
    catching_up sum = {0};

    for (;;) {
        sum.calls++;
        sum.n += due.n;
        sum.others += due.coalesced + due.missed;
        sum.last = due.n > 0 ? due.times[due.n - 1] : sum.last;
        sum.next = due.next;
        if (!due.more) {
            break;
        }
        if (due.sure) {
            due = collect_of(&one, due.next, now);
        } else {
            ez_due_search(one.task, one.trigger, due.next, now, &due);
        }
    }
    subject_free(&one);
    return sum;
}

Test(sparse, a_sparse_fire_time_is_due_by_itself)
{
    catching_up sum = catch_up(EXECZ_COALESCE_LATEST, 0, MEETING(1), MEETING(1));

    cr_expect(all(eq(u32, sum.n, 1), eq(u64, sum.others, 0), eq(uint, sum.calls, 1)));
    cr_expect(all(gt(i64, sum.next, MEETING(1)), le(i64, sum.next, MEETING(2))));
}

Test(sparse, catching_up_on_sparse_fire_times_loses_none)
{
    static const uint32_t ways[] = {EXECZ_COALESCE_LATEST, EXECZ_COALESCE_NONE};

    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        catching_up sum =
            catch_up(ways[i], UNLIMITED, MEETING(0), MEETING(20) + 900 * EXECZ_SECOND);

        cr_expect(all(eq(u64, sum.n + sum.others, 21), eq(i64, sum.last, MEETING(20))));
        cr_expect(all(gt(i64, sum.next, MEETING(20)), le(i64, sum.next, MEETING(21))));
    }
}

Test(sparse, sparse_fire_times_that_are_late_are_missed)
{
    catching_up sum =
        catch_up(EXECZ_COALESCE_LATEST, EXECZ_MINUTE, MEETING(0), MEETING(20) + 900 * EXECZ_SECOND);

    cr_expect(all(eq(u32, sum.n, 0), eq(u64, sum.others, 21)));
}

Test(sparse, a_sparse_fire_time_just_now_is_found_at_once)
{
    catching_up sum = catch_up(EXECZ_COALESCE_LATEST, EXECZ_HOUR, MEETING(0), MEETING(20) + 1);

    cr_expect(all(eq(u32, sum.n, 1), eq(i64, sum.last, MEETING(20)), eq(uint, sum.calls, 1)));
}
