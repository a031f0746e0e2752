/* SPDX-License-Identifier: MIT */
#include "asyncio/fixture.h"

#include "support/patience.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

TestSuite(loop, .init = loop_set_up, .fini = loop_tear_down);

static char order[64];

static void
note(char what)
{
    size_t length = strlen(order);

    order[length] = what;
}

static void
count_to_three(coroutine *self)
{
    for (int i = 0; i < 3; i++) {
        note(*(const char *)self->owner);
        cr_expect(eq(int, YIELD(self), 0));
    }
}

Test(loop, coroutines_take_turns)
{
    start(count_to_three)->owner = (void *)"a";
    start(count_to_three)->owner = (void *)"b";
    start(count_to_three)->owner = (void *)"c";
    run_all();
    cr_expect(eq(str, order, (char *)"abcabcabc"));
}

static unsigned n_asleep, n_ended;

/* Nobody gets up before all have gone to sleep. */
static void
sleep_with_all(coroutine *self)
{
    int64_t before = loop_now();

    n_asleep++;
    do {
        cr_expect(eq(int, SLEEP(self, 50 * MS), 0));
    } while (n_asleep < MANY);
    cr_expect(ge(i64, loop_now() - before, 50 * MS));
    n_ended++;
}

Test(loop, many_sleep_at_the_same_time)
{
    for (unsigned i = 0; i < MANY; i++) {
        (void)start(sleep_with_all);
    }
    run_all();
    cr_expect(eq(u32, n_ended, MANY));
}

static int64_t step, all_asleep;

static void
sleep_by_rank(coroutine *self)
{
    const char *rank = self->owner;

    cr_expect(eq(int, SLEEP(self, (*rank - '0') * step), 0));
    note(*rank);
}

static void
look_at_clock(coroutine *self)
{
    (void)self;
    all_asleep = loop_now();
}

/* Tried with longer steps as long as one was over before all slept, which mixes their deadlines. */
Test(loop, sleepers_wake_in_the_order_of_their_deadlines)
{
    int64_t before;

    step = 5 * MS;
    do {
        memset(order, 0, sizeof order);
        step *= 2;
        before = loop_now();
        for (const char *rank = "2413"; *rank != '\0'; rank++) {
            start(sleep_by_rank)->owner = (void *)rank;
        }
        run_one(look_at_clock);
    } while (all_asleep - before >= step);
    cr_expect(eq(str, order, (char *)"1234"));
}

/* ---- messages ---- */

enum { THREADS = 4, MESSAGES = 5000 };

static loop_message messages[THREADS][MESSAGES];
static int taken[THREADS];
static bool in_order = true;

static void
take(loop *self, loop_message *message)
{
    ptrdiff_t at = message - &messages[0][0];

    (void)self;
    in_order = in_order && taken[at / MESSAGES] == at % MESSAGES;
    taken[at / MESSAGES]++;
}

static void *
send_all(void *argument)
{
    loop_message *own = argument;

    for (int i = 0; i < MESSAGES; i++) {
        own[i].take = take;
        loop_send(&on, &own[i]);
    }
    return NULL;
}

static void
await_messages(coroutine *self)
{
    while (taken[0] + taken[1] + taken[2] + taken[3] < THREADS * MESSAGES) {
        cr_assert(eq(int, SLEEP(self, MS), 0)); /* long enough to fall asleep in between */
    }
}

Test(loop, every_message_arrives_once_and_in_the_order_of_its_sender)
{
    pthread_t senders[THREADS];

    for (int i = 0; i < THREADS; i++) {
        cr_assert(pthread_create(&senders[i], NULL, send_all, messages[i]) == 0);
    }
    run_one(await_messages);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(senders[i], NULL);
        cr_expect(eq(int, taken[i], MESSAGES));
    }
    cr_expect(in_order);
}

/* ---- a host's loop ---- */

static bool
is_readable(int timeout_ms)
{
    struct pollfd one = {.fd = loop_descriptor(&on), .events = POLLIN};

    return poll(&one, 1, timeout_ms) == 1;
}

/* Turns whenever the descriptor says so, as a host does. */
static void
turn_until_ended(void)
{
    while (on.n_coroutines > 0) {
        cr_assert(is_readable(PATIENCE_MS), "the loop has fallen asleep for ever");
        loop_turn(&on);
    }
}

Test(loop, a_host_is_told_when_a_turn_is_due)
{
    cr_expect(not(is_readable(0)));
    start(count_to_three)->owner = (void *)"a";
    cr_expect(is_readable(0));
    turn_until_ended();
    cr_expect(not(is_readable(0)));
    cr_expect(eq(str, order, (char *)"aaa"));
}

static void
sleep_long_then_short(coroutine *self)
{
    cr_expect(eq(int, SLEEP(self, EXECZ_HOUR), -ECANCELED));
    cr_expect(eq(int, SLEEP(self, 5 * MS), 0));
    n_ended++;
}

static coroutine *sleeper;

static void
interrupt_sleeper(loop *self, loop_message *message)
{
    (void)self;
    (void)message;
    waiter_interrupt(sleeper);
}

Test(loop, a_host_is_told_of_deadlines)
{
    sleeper = start(sleep_long_then_short);
    loop_turn(&on);
    cr_expect(not(is_readable(0)));
    messages[0][0].take = interrupt_sleeper;
    loop_send(&on, &messages[0][0]);
    turn_until_ended();
    cr_expect(eq(u32, n_ended, 1));
}

Test(loop, a_host_is_told_of_messages)
{
    loop_turn(&on);
    messages[0][0].take = take;
    loop_send(&on, &messages[0][0]);
    cr_assert(is_readable(0));
    loop_turn(&on);
    cr_expect(eq(int, taken[0], 1));
    cr_expect(not(is_readable(0)));
}

static bool enough;

static void
spin(coroutine *self)
{
    while (!enough) {
        (void)YIELD(self);
    }
}

Test(loop, a_turn_ends_though_there_is_always_something_to_do)
{
    (void)start(spin);
    for (int i = 0; i < 5; i++) {
        cr_expect(is_readable(0));
        loop_turn(&on);
    }
    enough = true;
    turn_until_ended();
}

/* ---- who holds the loop ---- */

static const coroutine *holder; /* whom a report is expected of; others may be, under load */
static unsigned n_slow;         /* reports of it */
static int64_t slow_duration;

static void
report_slow(void *user, const coroutine *one, int64_t duration)
{
    (void)user;
    if (one == holder) {
        n_slow++;
        slow_duration = duration;
    }
}

static void
set_up_watchful(void)
{
    loop_options options = options_default();

    options.slow = 5 * MS;
    options.report_slow = report_slow;
    loop_set_up_with(&options);
}

static void
hold(coroutine *self)
{
    int64_t end = loop_now() + 20 * MS;

    (void)YIELD(self);
    while (loop_now() < end) {
    }
    (void)YIELD(self);
}

Test(watchful_loop, names_who_holds_it, .init = set_up_watchful, .fini = loop_tear_down)
{
    start(count_to_three)->owner = (void *)"a";
    holder = start(hold);
    start(count_to_three)->owner = (void *)"b";
    run_all();
    cr_expect(gt(uint, n_slow, 0));
    cr_expect(ge(i64, slow_duration, 5 * MS));
}

static void
set_up_patient(void)
{
    loop_options options = options_default();

    options.slow = 200 * MS;
    options.report_slow = report_slow;
    loop_set_up_with(&options);
}

static void
sleep_long(coroutine *self)
{
    cr_expect(eq(int, SLEEP(self, 300 * MS), 0));
}

/* Who was not let on by the system for so long may be blamed, but not always. */
Test(patient_loop, does_not_blame_who_waits, .init = set_up_patient, .fini = loop_tear_down)
{
    for (unsigned round = 0; round == n_slow; round++) {
        cr_assert(lt(uint, round, 50));
        holder = start(sleep_long);
        run_all();
    }
}

static void
hold_long(coroutine *self)
{
    int64_t end = loop_now() + 300 * MS;

    (void)self;
    while (loop_now() < end) {
    }
}

Test(patient_loop, names_who_holds_it_for_long, .init = set_up_patient, .fini = loop_tear_down)
{
    int64_t before = loop_read_clock(on.slice_clock);

    holder = start(hold_long);
    run_all();
    cr_expect(eq(uint, n_slow, 1));
    cr_expect(all(ge(i64, slow_duration, 200 * MS),
                  le(i64, slow_duration, loop_read_clock(on.slice_clock) - before)));
}

static void
set_up_silent(void)
{
    loop_options options = options_default();

    options.report_slow = report_slow;
    loop_set_up_with(&options);
}

Test(silent_loop, says_nothing_unless_asked_to, .init = set_up_silent, .fini = loop_tear_down)
{
    holder = start(hold);
    run_all();
    cr_expect(eq(uint, n_slow, 0));
}
