/* SPDX-License-Identifier: MIT */
/* A listener that prints a table: one line for each run, with what became of it. */
#include <execz/execz.h>

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define ROWS 6 /* then it ends */

typedef struct table {
    execz_scheduler *scheduler;
    int rows;
} table;

static double
milliseconds(execz_duration duration)
{
    return (double)duration / (double)EXECZ_MILLISECOND;
}

static const char *
clock_text(execz_time at, char text[16])
{
    time_t seconds = (time_t)(at / EXECZ_SECOND);
    struct tm parts;

    strftime(text, 16, "%H:%M:%S", gmtime_r(&seconds, &parts));
    return text;
}

static void
print_row(void *user, const execz_event *event)
{
    table *self = user;
    const execz_result *result = event->result;
    execz_time started = result->started != 0 ? result->started : result->finished;
    char due[16];

    if (self->rows == 0) {
        printf("%-8s %-8s %9s %9s %9s  %-9s %s\n", "TASK", "DUE", "LATE ms", "WAIT ms", "TOOK ms",
               "OUTCOME", "WHAT");
    }
    printf("%-8s %-8s %9.1f %9.1f %9.1f  %-9s %s\n", event->task, clock_text(result->run_time, due),
           milliseconds(event->submitted != 0 ? event->submitted - result->run_time : 0),
           milliseconds(event->submitted != 0 ? started - event->submitted : 0),
           milliseconds(result->finished - started), execz_outcome_name(result->outcome),
           result->value != NULL     ? result->value
           : result->message != NULL ? result->message
                                     : "");
    if (++self->rows == ROWS) {
        execz_scheduler_shutdown(self->scheduler, 0, -1, NULL);
    }
}

/* ---- what runs ------------------------------------------------------------------------------- */

static execz_status
add(execz_call *call)
{
    return execz_return(call, "%" PRId64,
                        execz_arg_int(call, "a", 0) + execz_arg_int(call, "b", 0));
}

static execz_status
fail(execz_call *call)
{
    return execz_fail(call, "no luck today");
}

static execz_status
sleep_long(execz_call *call)
{
    return execz_sleep(call, EXECZ_MINUTE) < 0 ? EXECZ_E_CANCELLED : EXECZ_OK;
}

static const execz_function functions[] = {
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "add", "Adds a and b", add},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "fail", "Fails", fail},
    {sizeof(execz_function), EXECZ_TASK_FUNCTION, "sleep", "Takes too long", sleep_long},
};

static int
add_task(execz_scheduler *scheduler, const char *id, const char *function, execz_error *err)
{
    execz_task_spec task = EXECZ_TASK_SPEC_INIT;

    task.id = id;
    task.trigger = "interval(seconds=0.2)";
    task.function = function;
    task.args = "{\"a\": 40, \"b\": 2}";
    task.timeout = 50 * EXECZ_MILLISECOND;
    return execz_scheduler_add_task(scheduler, &task, err) == EXECZ_OK;
}

int
main(void)
{
    const execz_function *mine[] = {&functions[0], &functions[1], &functions[2]};
    execz_error err = EXECZ_ERROR_INIT;
    table self = {.scheduler = execz_scheduler_new(NULL, &err)};

    if (self.scheduler == NULL ||
        execz_scheduler_add_executor(self.scheduler, "default", "threadpool", NULL, 0, &err) < 0 ||
        execz_scheduler_add_functions(self.scheduler, "mine", mine, 3, &err) < 0 ||
        !add_task(self.scheduler, "sum", "mine:add", &err) ||
        !add_task(self.scheduler, "luck", "mine:fail", &err) ||
        !add_task(self.scheduler, "nap", "mine:sleep", &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    execz_scheduler_add_listener(self.scheduler, EXECZ_EVENT_TERMINAL, print_row, &self);
    execz_scheduler_run(self.scheduler, &err);
    execz_scheduler_free(self.scheduler);
    return 0;
}
