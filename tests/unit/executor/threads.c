/* SPDX-License-Identifier: MIT */
#include "executor/threads.h"

#include "fixture.h"
#include "support/patience.h"

#include <signal.h>

static ez_threads threads;

static void
init_threads(void)
{
    ez_threads_init(&threads);
}

TestSuite(threads, .init = init_threads);

/* A thread that says what it is and then waits to be let go. */
typedef struct witness {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool arrived, released;
    char name[32];
    sigset_t blocked;
} witness;

#define WITNESS_INIT                                                                               \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER                     \
    }

static void
testify(void *argument)
{
    witness *self = argument;

    pthread_mutex_lock(&self->lock);
    pthread_getname_np(pthread_self(), self->name, sizeof self->name);
    pthread_sigmask(SIG_SETMASK, NULL, &self->blocked);
    self->arrived = true;
    pthread_cond_broadcast(&self->changed);
    while (!self->released) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
}

static void
await_arrival(witness *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->arrived) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
}

static void
release(witness *self)
{
    pthread_mutex_lock(&self->lock);
    self->released = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void
start(witness *self, const char *name)
{
    cr_assert(eq(int, ez_threads_start(&threads, name, testify, self), EXECZ_OK));
    await_arrival(self);
}

/* Joins all and takes the group apart. */
static void
expect_end(void)
{
    cr_assert(ez_threads_join(&threads, patience_ends()));
    cr_expect(eq(uint, ez_threads_running(&threads), 0));
    ez_threads_deinit(&threads);
}

Test(threads, are_counted_while_they_run)
{
    witness one = WITNESS_INIT, other = WITNESS_INIT;

    cr_expect(eq(uint, ez_threads_running(&threads), 0));
    start(&one, "one");
    start(&other, "other");
    cr_expect(eq(uint, ez_threads_running(&threads), 2));
    release(&one);
    release(&other);
    expect_end();
}

Test(threads, have_their_name)
{
    witness one = WITNESS_INIT;

    start(&one, "worker");
    release(&one);
    expect_end();
    cr_expect(eq(str, one.name, (char *)"worker"));
}

Test(threads, have_as_much_of_a_long_name_as_the_system_shows)
{
    witness one = WITNESS_INIT;

    start(&one, "a-very-long-name-indeed");
    release(&one);
    expect_end();
    cr_expect(eq(str, one.name, (char *)"a-very-long-nam"));
}

Test(threads, without_a_name_are_ours)
{
    witness one = WITNESS_INIT;

    start(&one, NULL);
    release(&one);
    expect_end();
    cr_expect(eq(str, one.name, (char *)"execz"));
}

Test(threads, are_deaf_to_signals)
{
    witness one = WITNESS_INIT;
    const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM, SIGPIPE};

    start(&one, "deaf");
    release(&one);
    expect_end();
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
        cr_expect(eq(int, sigismember(&one.blocked, signals[i]), 1), "signal %d", signals[i]);
    }
}

Test(threads, leave_the_signals_of_their_maker_alone)
{
    witness one = WITNESS_INIT;
    sigset_t before, after;

    pthread_sigmask(SIG_SETMASK, NULL, &before);
    start(&one, "deaf");
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int i = 1; i < NSIG; i++) {
        cr_expect(eq(int, sigismember(&after, i), sigismember(&before, i)), "signal %d", i);
    }
    release(&one);
    expect_end();
}

Test(threads, that_ended_leave_nothing_behind)
{
    unsigned before = fixture_count_threads();
    witness one = WITNESS_INIT;

    start(&one, "one");
    cr_expect(eq(uint, fixture_count_threads(), before + 1));
    release(&one);
    expect_end();
    fixture_await_threads(before);
}

static void
add_one(void *argument)
{
    atomic_fetch_add((atomic_uint *)argument, 1);
}

Test(threads, of_which_many_are_short_all_run_and_are_joined)
{
    atomic_uint n = 0;

    for (int i = 0; i < 500; i++) {
        cr_assert(eq(int, ez_threads_start(&threads, "short", add_one, &n), EXECZ_OK));
    }
    expect_end();
    cr_expect(eq(uint, atomic_load(&n), 500));
}

static void
start_another(void *argument)
{
    (void)ez_threads_start(&threads, "child", add_one, argument);
}

Test(threads, may_start_each_other)
{
    atomic_uint n = 0;

    cr_assert(eq(int, ez_threads_start(&threads, "parent", start_another, &n), EXECZ_OK));
    expect_end();
    cr_expect(eq(uint, atomic_load(&n), 1));
}

Test(threads, that_do_not_end_make_join_give_up_at_the_deadline)
{
    witness one = WITNESS_INIT;

    start(&one, "stubborn");
    cr_expect(not(ez_threads_join(&threads, 0)), "the deadline is long over");
    cr_expect(eq(uint, ez_threads_running(&threads), 1));
    release(&one);
    expect_end();
}

Test(threads, that_cannot_be_had_are_a_limit)
{
    atomic_uint n = 0;
    pthread_attr_t huge;

    pthread_attr_init(&huge);
    cr_assert(eq(int, pthread_attr_setstacksize(&huge, (size_t)1 << 47), 0));
    cr_assert(eq(int, pthread_setattr_default_np(&huge), 0)); /* more than there are addresses */
    cr_expect(eq(int, ez_threads_start(&threads, "huge", add_one, &n), EXECZ_E_LIMIT));
    cr_expect(eq(uint, ez_threads_running(&threads), 0));
    expect_end();
    cr_expect(eq(uint, atomic_load(&n), 0));
}
