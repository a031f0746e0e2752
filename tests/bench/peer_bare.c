/* SPDX-License-Identifier: MIT */
/* The least that a program can do to run something in time: one timer of the kernel, on the wall clock,
 * and one thread that is handed each run.  So late is the machine. */
#include "peers.h"

#include <execz/types.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

typedef struct bare {
    int timer;
    sem_t given; /* runs that the thread has not begun */
    pthread_t thread;
    execz_time first; /* when the first run is due */
    execz_duration period;
    uint64_t wanted;
    double *late; /* owned, in microseconds; one of each run */
} bare;

static execz_time
wall_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

static void *
begin_runs(void *argument)
{
    bare *self = argument;

    for (uint64_t i = 0; i < self->wanted; i++) {
        while (sem_wait(&self->given) != 0) {
        }
        self->late[i] =
            (double)(wall_now() - self->first - (int64_t)i * self->period) / EXECZ_MICROSECOND;
    }
    return NULL;
}

static void
wait_until(bare *self, execz_time due)
{
    struct itimerspec spec = {.it_value = {due / EXECZ_SECOND, due % EXECZ_SECOND}};
    uint64_t times;

    (void)timerfd_settime(self->timer, TFD_TIMER_ABSTIME, &spec, NULL);
    (void)!read(self->timer, &times, sizeof times);
}

static void
run(bare *self, execz_time first, execz_duration period, uint64_t n)
{
    self->first = first;
    self->period = period;
    self->wanted = n;
    if (pthread_create(&self->thread, NULL, begin_runs, self) != 0) {
        bench_die("there is no thread left");
    }
    for (uint64_t i = 0; i < n; i++) {
        wait_until(self, first + (int64_t)i * period);
        (void)sem_post(&self->given);
    }
    pthread_join(self->thread, NULL);
    (void)bench_median(self->late, n); /* sorts */
}

static void *
set_up(const bench_load *load, char *why)
{
    bare *self = g_new0(bare, 1);

    (void)why;
    self->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);
    if (self->timer < 0 || sem_init(&self->given, 0, 0) != 0) {
        bench_die("a timer cannot be made");
    }
    self->late = g_new0(double, load->n);
    return self;
}

static void
bare_free(void *state)
{
    bare *self = state;

    (void)close(self->timer);
    (void)sem_destroy(&self->given);
    g_free(self->late);
    g_free(self);
}

static void
run_thousand(bare *self, uint64_t n)
{
    run(self, wall_now() + 300 * EXECZ_MILLISECOND, EXECZ_MILLISECOND, n);
}

static double
measure_late_half(void *state, const bench_load *load)
{
    bare *self = state;

    run_thousand(self, load->n);
    return self->late[load->n / 2];
}

static double
measure_late_most(void *state, const bench_load *load)
{
    bare *self = state;

    run_thousand(self, load->n);
    return self->late[load->n * 99 / 100];
}

static double
measure_late_one(void *state, const bench_load *load)
{
    bare *self = state;

    run(self, wall_now() + (int64_t)load->n * EXECZ_MILLISECOND, 0, 1);
    return self->late[0];
}

const bench_side peer_bare_late_half = {"bare timer", set_up, measure_late_half, bare_free};
const bench_side peer_bare_late_most = {"bare timer", set_up, measure_late_most, bare_free};
const bench_side peer_bare_late_one = {"bare timer", set_up, measure_late_one, bare_free};
