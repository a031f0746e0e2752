/* SPDX-License-Identifier: MIT */
/* stepped_clock: sets the clock while a scheduler sleeps on it, forward by an hour and a year, back, and
 * forth again.  A run that is an hour away comes at once when the clock is set by that, each leap causes
 * one run, and none comes twice.  stepped_clock.sh gives it a clock that it may set. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <execz/execz.h>

#define YEAR (365 * EXECZ_DAY)

static execz_scheduler *scheduler;
static atomic_int n_hourly, n_probes, n_others; /* what has ended, and how it should not */

static void
die(const char *what)
{
    (void)printf("stepped_clock: %s; hourly %d, probes %d, others %d\n", what, n_hourly, n_probes,
                 n_others);
    exit(1);
}

static int64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return now.tv_sec * EXECZ_SECOND + now.tv_nsec;
}

static void
set_clock_by(execz_duration by)
{
    int64_t time = read_clock(CLOCK_REALTIME) + by;
    struct timespec then = {time / EXECZ_SECOND, time % EXECZ_SECOND};

    if (clock_settime(CLOCK_REALTIME, &then) != 0) {
        die("this clock may not be set");
    }
}

static void
wait_for(atomic_int *counter, int n)
{
    const struct timespec nap = {0, EXECZ_MILLISECOND};
    int64_t began = read_clock(CLOCK_MONOTONIC);

    while (atomic_load(counter) < n) {
        if (read_clock(CLOCK_MONOTONIC) - began > EXECZ_MINUTE) {
            die("what is due does not come");
        }
        (void)nanosleep(&nap, NULL);
    }
    (void)printf("stepped_clock: after %.1f ms\n",
                 (double)(read_clock(CLOCK_MONOTONIC) - began) / 1e6);
}

static void
expect_hourly(int n, const char *after)
{
    if (atomic_load(&n_hourly) != n || atomic_load(&n_others) != 0) {
        die(after);
    }
}

static void
take_event(void *user, const execz_event *event)
{
    (void)user;
    if (event->code != EXECZ_EVENT_TASK_EXECUTED) {
        atomic_fetch_add(&n_others, 1);
    } else {
        atomic_fetch_add(event->task[0] == 'h' ? &n_hourly : &n_probes, 1);
    }
}

static execz_status
nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static void
add(const char *id, const char *trigger)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.id = id;
    spec.trigger = trigger;
    spec.function = "tests:nothing";
    if (execz_scheduler_add_task(scheduler, &spec, &err) != EXECZ_OK) {
        die(err.message);
    }
}

static void
start(void)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    static const execz_function function = {sizeof function, EXECZ_TASK_FUNCTION, "nothing",
                                            "does nothing", nothing};
    static const execz_function *const functions[] = {&function};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    options.plugin_path = plugin_path;
    scheduler = execz_scheduler_new(&options, &err);
    if (scheduler == NULL ||
        execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL, 0, &err) !=
            EXECZ_OK ||
        execz_scheduler_add_functions(scheduler, "tests", functions, 1, &err) != EXECZ_OK ||
        execz_scheduler_run_in_background(scheduler, &err) != EXECZ_OK) {
        die(err.message);
    }
    (void)execz_scheduler_add_listener(scheduler, EXECZ_EVENT_TERMINAL, take_event, NULL);
}

int
main(void)
{
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    start();
    add("hourly", "interval(hours=1)");
    set_clock_by(EXECZ_HOUR);
    wait_for(&n_hourly, 1);
    set_clock_by(YEAR);
    wait_for(&n_hourly, 2);
    set_clock_by(-YEAR);
    add("probe",
        "interval(seconds=0.1)"); /* by the new time, and shows that the loop looks at it */
    wait_for(&n_probes, 3);
    expect_hourly(2, "a year of run times was run at once, or again");
    set_clock_by(YEAR);
    wait_for(&n_probes, 6);
    expect_hourly(2, "what was run before the clock was set back was run again");
    set_clock_by(EXECZ_HOUR);
    wait_for(&n_hourly, 3);
    wait_for(&n_probes, 9);
    expect_hourly(3, "an hour is one run");
    (void)execz_scheduler_shutdown(scheduler, EXECZ_SHUTDOWN_WAIT, -1, NULL);
    execz_scheduler_free(scheduler);
    return 0;
}
