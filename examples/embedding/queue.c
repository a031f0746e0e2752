/* SPDX-License-Identifier: MIT */
/* The scheduler works in the background; the program reads what happens when it has the time. */
#include <execz/execz.h>

#include <stdio.h>

int
main(void)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_task_spec task = EXECZ_TASK_SPEC_INIT;
    execz_scheduler *scheduler = execz_scheduler_new(NULL, &err);
    execz_event_queue *queue = NULL;
    const execz_event *event;

    task.id = "hello";
    task.trigger = "interval(seconds=0.1)";
    task.shell = "echo hello, world";
    if (scheduler != NULL) {
        queue = execz_event_queue_new(scheduler, EXECZ_EVENT_TERMINAL, 0, &err);
    }
    if (queue == NULL ||
        execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL, 0, &err) < 0 ||
        execz_scheduler_add_task(scheduler, &task, &err) < 0 ||
        execz_scheduler_run_in_background(scheduler, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    for (int i = 0; i < 3; i++) {
        execz_event_queue_next(queue, -1, &event);
        printf("%s %s, %u lost before\n", event->task, execz_event_name(event->code),
               (unsigned)event->lost);
    }
    execz_scheduler_shutdown(scheduler, EXECZ_SHUTDOWN_WAIT, -1, NULL);
    execz_event_queue_free(queue);
    execz_scheduler_free(scheduler);
    return 0;
}
