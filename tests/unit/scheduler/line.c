/* SPDX-License-Identifier: MIT */
#include "scheduler/line.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
push(ez_line *line, ez_waiter *waiter, int32_t priority, execz_time since)
{
    *waiter = (ez_waiter){.priority = priority, .since = since};
    ez_line_push(line, waiter);
}

static void
expect(ez_line *line, ez_waiter *waiter)
{
    cr_expect(eq(ptr, ez_line_first(line), waiter));
    ez_line_remove(waiter);
}

Test(line, higher_priority_goes_first_then_what_was_due_earlier_then_who_came_first)
{
    ez_waiter waiters[5];
    ez_line line;

    ez_line_init(&line);
    push(&line, &waiters[0], 0, 20);
    push(&line, &waiters[1], -1, 5);
    push(&line, &waiters[2], 0, 10);
    push(&line, &waiters[3], 7, 30);
    push(&line, &waiters[4], 0, 10);
    cr_expect(eq(sz, ez_line_length(&line), 5));
    expect(&line, &waiters[3]);
    expect(&line, &waiters[2]);
    expect(&line, &waiters[4]);
    expect(&line, &waiters[0]);
    expect(&line, &waiters[1]);
    cr_expect(ez_line_first(&line) == NULL);
    ez_line_deinit(&line);
}

Test(line, whoever_stands_in_it_can_leave)
{
    ez_waiter waiters[3];
    ez_line line;

    ez_line_init(&line);
    for (int i = 0; i < 3; i++) {
        push(&line, &waiters[i], 0, i);
    }
    ez_line_remove(&waiters[1]);
    ez_line_remove(&waiters[1]);
    cr_expect(eq(sz, ez_line_length(&line), 2));
    expect(&line, &waiters[0]);
    expect(&line, &waiters[2]);
    ez_line_deinit(&line);
}

static bool
is_urgent(const ez_waiter *waiter)
{
    return waiter->priority > 0;
}

Test(line, the_first_of_some_is_found)
{
    ez_waiter waiters[3];
    ez_line line;

    ez_line_init(&line);
    push(&line, &waiters[0], 0, 1);
    cr_expect(ez_line_find(&line, is_urgent) == NULL);
    push(&line, &waiters[1], 1, 3);
    push(&line, &waiters[2], 1, 2);
    cr_expect(eq(ptr, ez_line_find(&line, is_urgent), &waiters[2]));
    ez_line_deinit(&line);
}

Test(line, when_it_is_gone_nobody_stands_in_it)
{
    ez_waiter waiter;
    ez_line line;

    ez_line_init(&line);
    push(&line, &waiter, 0, 1);
    ez_line_deinit(&line);
    cr_expect(waiter.line == NULL);
}
