/* SPDX-License-Identifier: MIT */
#include "scheduler/line.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Who waits is told apart by its fire time; there is no task. */
static ez_entry entries[5];

static void
push(ez_line *line, int i, int32_t priority, execz_time since)
{
    ez_line_push(line, &(ez_waiter){&entries[i], priority, since});
}

static void
expect(ez_line *line, int i)
{
    ez_waiter waiter = {0};

    cr_assert(ez_line_pop(line, &waiter));
    cr_expect(eq(ptr, waiter.entry, &entries[i]));
}

Test(line, higher_priority_goes_first_then_what_was_due_earlier_then_who_came_first)
{
    ez_line line;

    ez_line_init(&line);
    push(&line, 0, 0, 20);
    push(&line, 1, -1, 5);
    push(&line, 2, 0, 10);
    push(&line, 3, 7, 30);
    push(&line, 4, 0, 10);
    cr_expect(eq(sz, ez_line_length(&line), 5));
    expect(&line, 3);
    expect(&line, 2);
    expect(&line, 4);
    expect(&line, 0);
    expect(&line, 1);
    cr_expect(not(ez_line_pop(&line, &(ez_waiter){0})));
    ez_line_deinit(&line);
}

Test(line, one_can_be_taken_out)
{
    ez_line line;

    ez_line_init(&line);
    push(&line, 0, 0, 1);
    push(&line, 1, 0, 2);
    cr_expect(ez_line_remove(&line, &entries[0]));
    cr_expect(not(ez_line_remove(&line, &entries[0])));
    expect(&line, 1);
    ez_line_deinit(&line);
}
