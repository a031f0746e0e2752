/* SPDX-License-Identifier: MIT */
/* far_clock: a scheduler in a time namespace whose monotonic clock is far from that of the machine.  It
 * has real timers: a run is due by the wall clock, and another is ended by its timeout on the monotonic
 * one.  Prints how late they were; fails if either comes before its time or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <execz/execz.h>

static execz_scheduler *scheduler;
static int n_executed, n_timed_out;

static execz_status
nothing(execz_call *call)
{
    (void)call;
    return EXECZ_OK;
}

static execz_status
wait(execz_call *call)
{
    return execz_sleep(call, EXECZ_HOUR) == 0 ? EXECZ_OK : EXECZ_E_CANCELLED;
}

static void
take_event(void *user, const execz_event *event)
{
    const execz_result *result = event->result;
    execz_duration late = result->started - result->run_time,
                   took = result->finished - result->started;

    (void)user;
    (void)printf("%s %s: %.3f ms late, took %.3f ms\n", execz_event_name(event->code), event->task,
                 (double)late / 1e6, (double)took / 1e6);
    if (late < 0) {
        (void)fprintf(stderr, "it came before its time\n");
        exit(1);
    }
    n_executed += event->code == EXECZ_EVENT_TASK_EXECUTED;
    if (event->code == EXECZ_EVENT_TASK_TIMEOUT && took >= 200 * EXECZ_MILLISECOND) {
        n_timed_out++;
    }
    if (n_executed >= 3 && n_timed_out >= 1) {
        (void)execz_scheduler_shutdown(scheduler, EXECZ_SHUTDOWN_CANCEL, -1, NULL);
    }
}

static void
add(const char *id, const char *function, execz_duration timeout)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    spec.id = id;
    spec.trigger = "interval(seconds=0.3)";
    spec.function = function;
    spec.timeout = timeout;
    if (execz_scheduler_add_task(scheduler, &spec, &err) != EXECZ_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
}

int
main(void)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    static const execz_function quick = {sizeof quick, EXECZ_TASK_FUNCTION, "nothing",
                                         "does nothing", nothing};
    static const execz_function slow = {sizeof slow, EXECZ_TASK_FUNCTION, "wait", "waits", wait};
    static const execz_function *const functions[] = {&quick, &slow};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    (void)alarm(60); /* nothing takes longer unless it hangs */
    options.plugin_path = plugin_path;
    options.log_level = EXECZ_LOG_ERROR;
    scheduler = execz_scheduler_new(&options, &err);
    if (scheduler == NULL ||
        execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL, 0, &err) !=
            EXECZ_OK ||
        execz_scheduler_add_functions(scheduler, "tests", functions, 2, &err) != EXECZ_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    (void)execz_scheduler_add_listener(
        scheduler, EXECZ_EVENT_TASK_EXECUTED | EXECZ_EVENT_TASK_TIMEOUT, take_event, NULL);
    add("quick", "tests:nothing", 0);
    add("slow", "tests:wait", 200 * EXECZ_MILLISECOND);
    (void)execz_scheduler_run(scheduler, NULL);
    execz_scheduler_free(scheduler);
    return 0;
}
