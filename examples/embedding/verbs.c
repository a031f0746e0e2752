/* SPDX-License-Identifier: MIT */
/* One function for each thing that a program does with a scheduler.  docs/EMBEDDING.md walks through
 * them. */
#include <execz/execz.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void
check(execz_status status, const execz_error *err)
{
    if (status != EXECZ_OK) {
        fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

/* ---- making one ---- */

static void
write_log(void *user, uint32_t level, const char *message)
{
    FILE *file = user;

    fprintf(file, "%s%s\n", level >= EXECZ_LOG_WARNING ? "! " : "", message);
}

static execz_scheduler *
make_scheduler(execz_error *err)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;

    options.name = "shop";              /* on events */
    options.timezone = "Europe/London"; /* of triggers that name none */
    options.log_level = EXECZ_LOG_WARNING;
    options.log = write_log; /* from any thread */
    options.log_user = stderr;
    return execz_scheduler_new(&options, err);
}

/* ---- executors ---- */

static void
add_executors(execz_scheduler *scheduler)
{
    const execz_pair options[] = {{"max_workers", "4"}, {"thread_name_prefix", "shop"}};
    execz_error err = EXECZ_ERROR_INIT;

    check(execz_scheduler_add_executor(scheduler, "default", "threadpool", options, 2, &err), &err);
    check(execz_scheduler_add_executor(scheduler, "inline", "debug", NULL, 0, &err), &err);
}

/* ---- functions of the program ---- */

static execz_status
charge(execz_call *call)
{
    int64_t amount = execz_arg_int(call, "amount", 0);

    if (amount <= 0) {
        return execz_fail(call, "cannot charge %" PRId64, amount);
    }
    return execz_return(call, "{\"charged\": %" PRId64 "}", amount);
}

static const execz_function charge_function = {sizeof(execz_function), EXECZ_TASK_FUNCTION,
                                               "charge", "Charges; argument: amount", charge};

static void
add_functions(execz_scheduler *scheduler)
{
    const execz_function *functions[] = {&charge_function};
    execz_error err = EXECZ_ERROR_INIT;

    check(execz_scheduler_add_functions(scheduler, "shop", functions, 1, &err), &err);
}

/* ---- tasks ---- */

static void
add_tasks(execz_scheduler *scheduler)
{
    execz_task_spec charge_task = EXECZ_TASK_SPEC_INIT;
    execz_task_spec report = EXECZ_TASK_SPEC_INIT;
    const char *const argv[] = {"echo", "all is well", NULL};
    execz_error err = EXECZ_ERROR_INIT;

    charge_task.id = "charge";
    charge_task.trigger = "crontab(\"30 2 * * *\")";
    charge_task.function = "shop:charge";
    charge_task.args = "{\"amount\": 42}";
    charge_task.misfire_grace_time = EXECZ_HOUR; /* later than that it is missed */
    charge_task.timeout = 10 * EXECZ_MINUTE;
    charge_task.max_attempts = 3; /* after an error, a timeout or a loss */
    check(execz_scheduler_add_task(scheduler, &charge_task, &err), &err);

    report.id = "report";
    report.trigger = "or(cron(day_of_week=mon-fri, hour=9), interval(hours=6))";
    report.executor = "inline";
    report.argv = argv;
    check(execz_scheduler_add_task(scheduler, &report, &err), &err);
}

static void
change_tasks(execz_scheduler *scheduler)
{
    execz_error err = EXECZ_ERROR_INIT;

    check(execz_scheduler_reschedule_task(scheduler, "report", "interval(hours=1)", NULL, &err),
          &err);
    check(execz_scheduler_pause_task(scheduler, "report", "stocktaking", EXECZ_TIME_NEVER, &err),
          &err);
    check(execz_scheduler_run_task(scheduler, "charge", &err), &err); /* beside its schedule */
}

/* ---- questions ---- */

static void
print_task(void *user, const execz_task_info *task)
{
    (void)user;
    printf("%s: %s%s%s\n", task->id, (task->states & EXECZ_TASK_PAUSED) != 0 ? "paused" : "active",
           task->paused_reason != NULL ? ", " : "",
           task->paused_reason != NULL ? task->paused_reason : "");
}

static void
list_tasks(execz_scheduler *scheduler)
{
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    execz_error err = EXECZ_ERROR_INIT;

    filter.states = EXECZ_TASK_SCHEDULED | EXECZ_TASK_PAUSED;
    check(execz_scheduler_list_tasks(scheduler, &filter, EXECZ_SORT_ID, print_task, NULL, &err),
          &err);
}

static void
print_next(execz_scheduler *scheduler)
{
    execz_time times[3];
    execz_error err = EXECZ_ERROR_INIT;
    size_t n = 0;

    check(execz_scheduler_preview_task(scheduler, "charge", times, 3, &n, &err), &err);
    for (size_t i = 0; i < n; i++) {
        time_t seconds = (time_t)(times[i] / EXECZ_SECOND);
        struct tm parts;
        char text[32];

        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &parts));
        printf("next: %s\n", text);
    }
}

int
main(void)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = make_scheduler(&err);
    execz_event_queue *queue;
    const execz_event *event;

    check(scheduler == NULL ? err.status : EXECZ_OK, &err);
    add_executors(scheduler);
    add_functions(scheduler);
    add_tasks(scheduler);
    queue = execz_event_queue_new(scheduler, EXECZ_EVENT_TERMINAL, 0, &err);
    check(queue == NULL ? err.status : EXECZ_OK, &err);
    check(execz_scheduler_run_in_background(scheduler, &err), &err);
    change_tasks(scheduler);
    list_tasks(scheduler);
    print_next(scheduler);
    execz_event_queue_next(queue, -1, &event);
    printf("%s: %s\n", event->task, event->result->value);
    check(execz_scheduler_shutdown(scheduler, EXECZ_SHUTDOWN_WAIT, 10 * EXECZ_SECOND, &err), &err);
    execz_event_queue_free(queue);
    execz_scheduler_free(scheduler);
    return 0;
}
