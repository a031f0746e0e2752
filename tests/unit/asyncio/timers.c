/* SPDX-License-Identifier: MIT */
#include "timers.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>

enum { N = 500 };

static timers heap;
static timer all_timers[N];
static int64_t deadlines[N];

/* The same sequence each time. */
static uint32_t
next_number(void)
{
    static uint32_t state = 1;

    state = state * 1664525 + 1013904223;
    return state >> 8;
}

Test(timers, none_is_due_of_none)
{
    timers_init(&heap);
    cr_expect(eq(i64, timers_next(&heap), TIMERS_NEVER));
    cr_expect(timers_take_due(&heap, TIMERS_NEVER) == NULL);
    timers_remove(&heap, &all_timers[0]);
    timers_deinit(&heap);
}

Test(timers, come_out_in_the_order_of_their_deadlines)
{
    int64_t last = 0;

    timers_init(&heap);
    for (int i = 0; i < N; i++) {
        deadlines[i] = next_number() % 100;
        cr_assert(timers_add(&heap, &all_timers[i], deadlines[i]));
        cr_assert(timers_check(&heap));
    }
    for (int i = 0; i < N; i++) {
        timer *one = timers_take_due(&heap, 100);

        cr_assert(one != NULL && one->place == 0 && timers_check(&heap));
        cr_assert(ge(i64, deadlines[one - all_timers], last));
        last = deadlines[one - all_timers];
    }
    cr_expect(eq(u32, heap.n, 0));
    timers_deinit(&heap);
}

Test(timers, one_is_due_at_its_deadline_and_not_before)
{
    timers_init(&heap);
    cr_assert(timers_add(&heap, &all_timers[0], 10));
    cr_expect(timers_take_due(&heap, 9) == NULL);
    cr_expect(timers_take_due(&heap, 10) == &all_timers[0]);
    timers_deinit(&heap);
}

Test(timers, removing_any_keeps_the_order)
{
    timers_init(&heap);
    for (int step = 0; step < 20000; step++) {
        uint32_t i = next_number() % N;

        if (all_timers[i].place == 0) {
            cr_assert(timers_add(&heap, &all_timers[i], next_number() % 1000));
        } else {
            timers_remove(&heap, &all_timers[i]);
            cr_assert(eq(u32, all_timers[i].place, 0));
        }
        cr_assert(timers_check(&heap), "step %d", step);
    }
    timers_deinit(&heap);
}
