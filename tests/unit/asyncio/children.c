/* SPDX-License-Identifier: MIT */
/* Coroutines that coroutines spawn. */
#include "asyncio/fixture.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

TestSuite(children, .init = loop_set_up, .fini = loop_tear_down);

static int n_returned;

static void
add_one(void *argument, const execz_waiter *waiter)
{
    cr_expect(eq(int, waiter->yield(waiter->self), 0));
    ++*(int *)argument;
}

static void
spawn_and_join(coroutine *self)
{
    void *children[100];
    int sum = 0;

    for (int i = 0; i < 100; i++) {
        cr_assert(eq(int, SPAWN(self, add_one, &sum, &children[i]), 0));
    }
    for (int i = 99; i >= 0; i -= 3) { /* in no order */
        cr_expect(eq(int, JOIN(self, children[i], -1), 0));
        children[i] = NULL;
    }
    for (int i = 0; i < 100; i++) {
        if (children[i] != NULL) {
            cr_expect(eq(int, JOIN(self, children[i], -1), 0));
        }
    }
    cr_expect(eq(int, sum, 100));
    n_returned++;
}

static void
run_parent(void (*body)(coroutine *self))
{
    run_one(body);
    cr_expect(eq(int, n_returned, 1));
}

Test(children, are_joined_in_any_order)
{
    run_parent(spawn_and_join);
}

static int32_t child_result;

static void
sleep_for_ever(void *argument, const execz_waiter *waiter)
{
    (void)argument;
    child_result = waiter->sleep(waiter->self, INT64_MAX);
}

static void
join_in_vain(coroutine *self)
{
    void *child;

    cr_assert(eq(int, SPAWN(self, sleep_for_ever, NULL, &child), 0));
    cr_expect(eq(int, JOIN(self, child, 5 * MS), -ETIMEDOUT));
    cr_expect(eq(int, CANCEL(self, child), 0));
    cr_expect(eq(int, JOIN(self, child, EXECZ_HOUR), 0));
    cr_expect(eq(int, child_result, -ECANCELED));
    cr_expect(eq(int, JOIN(self, child, -1), -ESRCH), "it is gone");
    cr_expect(eq(int, CANCEL(self, child), -ESRCH));
    n_returned++;
}

Test(children, can_be_joined_again_after_a_timeout)
{
    run_parent(join_in_vain);
}

static int fd_pair[2];

/* Each kind of wait is refused once it is cancelled. */
static void
wait_in_all_ways(void *argument, const execz_waiter *waiter)
{
    void *self = waiter->self, *child;

    (void)argument;
    cr_expect(eq(int, waiter->sleep(self, INT64_MAX), -ECANCELED));
    cr_expect(eq(int, waiter->sleep(self, 1), -ECANCELED));
    cr_expect(eq(int, waiter->yield(self), -ECANCELED));
    cr_expect(eq(int, waiter->wait_fd(self, fd_pair[0], POLLIN, -1), -ECANCELED));
    cr_expect(eq(int, waiter->wait_child(self, fd_pair[0], -1), -ECANCELED));
    cr_expect(eq(int, waiter->offload(self, NULL, NULL), -ECANCELED));
    cr_expect(eq(int, waiter->spawn(self, add_one, NULL, &child), -ECANCELED));
    n_returned++;
}

static void
cancel_before_it_begins(coroutine *self)
{
    void *child;

    cr_assert(eq(int, SPAWN(self, wait_in_all_ways, NULL, &child), 0));
    cr_expect(eq(int, CANCEL(self, child), 0));
    cr_expect(eq(int, JOIN(self, child, -1), 0));
}

Test(children, stay_cancelled)
{
    run_parent(cancel_before_it_begins);
}

static void
leave_children(coroutine *self)
{
    void *child;

    for (int i = 0; i < 5; i++) {
        cr_assert(eq(int, SPAWN(self, sleep_for_ever, NULL, &child), 0));
    }
    cr_expect(eq(int, SLEEP(self, MS), 0));
    waiter_end_children(self);
    cr_expect(self->first_child == NULL);
    cr_expect(eq(int, child_result, -ECANCELED));
    n_returned++;
}

Test(children, do_not_outlive_their_parent)
{
    run_parent(leave_children);
}

static int n_begun;

static void
spawn_deeper(void *argument, const execz_waiter *waiter)
{
    int depth = *(int *)argument - 1;
    void *child;

    n_begun++;
    if (depth > 0) {
        cr_expect(eq(int, waiter->spawn(waiter->self, spawn_deeper, &depth, &child), 0));
        cr_expect(eq(int, waiter->sleep(waiter->self, INT64_MAX), -ECANCELED));
        cr_expect(eq(int, waiter->join(waiter->self, child, -1), 0), "the child is cancelled too");
    } else {
        (void)waiter->sleep(waiter->self, INT64_MAX);
    }
    n_returned++;
}

static coroutine *ancestor;

static void
be_ancestor(coroutine *self)
{
    int depth = 10;
    void *child;

    cr_assert(eq(int, SPAWN(self, spawn_deeper, &depth, &child), 0));
    cr_expect(eq(int, JOIN(self, child, -1), -ECANCELED));
    waiter_end_children(self);
    cr_expect(eq(int, n_returned, 10));
}

static void
interrupt_ancestor(coroutine *self)
{
    while (n_begun < 10) {
        cr_expect(eq(int, SLEEP(self, MS), 0));
    }
    waiter_interrupt(ancestor);
}

Test(children, are_cancelled_with_the_run_however_deep)
{
    ancestor = start(be_ancestor);
    run_one(interrupt_ancestor);
    cr_expect(eq(int, n_returned, 10));
}

static void
spawn_and_clean_up(void *argument, const execz_waiter *waiter)
{
    void *child;

    (void)argument;
    cr_expect(eq(int, waiter->spawn(waiter->self, sleep_for_ever, NULL, &child), 0));
    cr_expect(eq(int, waiter->sleep(waiter->self, INT64_MAX), -ECANCELED));
    cr_expect(eq(int, waiter->join(waiter->self, child, -1), -ECANCELED));
    cr_expect(eq(int, waiter->cancel(waiter->self, child), 0));
    cr_expect(eq(int, waiter->join(waiter->self, child, -1), 0), "cleaning up is not called off");
    n_returned++;
}

static void
cancel_one_that_has_children(coroutine *self)
{
    void *child;

    cr_assert(eq(int, SPAWN(self, spawn_and_clean_up, NULL, &child), 0));
    cr_expect(eq(int, SLEEP(self, MS), 0));
    cr_expect(eq(int, CANCEL(self, child), 0));
    cr_expect(eq(int, JOIN(self, child, -1), 0));
}

Test(children, that_are_cancelled_join_theirs_once_those_are_too)
{
    run_parent(cancel_one_that_has_children);
}

static void
sleep_while_child_ends(coroutine *self)
{
    int64_t before = loop_now();
    int sum = 0;
    void *child;

    cr_assert(eq(int, SPAWN(self, add_one, &sum, &child), 0));
    cr_expect(eq(int, SLEEP(self, 10 * MS), 0));
    cr_expect(ge(i64, loop_now() - before, 10 * MS), "the child's end does not wake it");
    cr_expect(eq(int, JOIN(self, child, -1), 0));
    n_returned++;
}

Test(children, do_not_disturb_a_parent_that_waits_for_something_else)
{
    run_parent(sleep_while_child_ends);
}

static void
set_up_small(void)
{
    loop_options options = options_default();

    options.max_coroutines = 3;
    loop_set_up_with(&options);
}

static void
spawn_too_many(coroutine *self)
{
    void *children[3];
    int sum = 0;

    cr_expect(eq(int, SPAWN(self, add_one, &sum, &children[0]), 0));
    cr_expect(eq(int, SPAWN(self, add_one, &sum, &children[1]), 0));
    cr_expect(eq(int, SPAWN(self, add_one, &sum, &children[2]), -EAGAIN));
    cr_expect(eq(int, JOIN(self, children[0], -1), 0));
    cr_expect(eq(int, SPAWN(self, add_one, &sum, &children[2]), 0));
    cr_expect(eq(int, JOIN(self, children[1], -1), 0));
    cr_expect(eq(int, JOIN(self, children[2], -1), 0));
    n_returned++;
}

Test(limited_children, count_among_the_coroutines, .init = set_up_small, .fini = loop_tear_down)
{
    run_parent(spawn_too_many);
}
