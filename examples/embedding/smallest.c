/* SPDX-License-Identifier: MIT */
/* The smallest program: a task runs, and the program ends when it has. */
#include <execz/execz.h>
#include <stdio.h>

static void
hear(void *scheduler, const execz_event *event)
{
    printf("%s: %.*s", event->task, (int)event->result->output_length, event->result->output);
    execz_scheduler_shutdown(scheduler, 0, -1, NULL);
}

int
main(void)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_task_spec task = EXECZ_TASK_SPEC_INIT;
    execz_scheduler *scheduler = execz_scheduler_new(NULL, &err);

    task.id = "hello";
    task.trigger = "interval(seconds=0.1)";
    task.shell = "echo hello, world";
    if (scheduler == NULL ||
        execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL, 0, &err) < 0 ||
        execz_scheduler_add_task(scheduler, &task, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    execz_scheduler_add_listener(scheduler, EXECZ_EVENT_TASK_EXECUTED, hear, scheduler);
    execz_scheduler_run(scheduler, &err);
    execz_scheduler_free(scheduler);
    return 0;
}
