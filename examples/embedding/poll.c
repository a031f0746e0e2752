/* SPDX-License-Identifier: MIT */
/* A scheduler in a poll() loop: each line that is typed runs a task, and Ctrl-D ends the program. */
#include <execz/execz.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static execz_status
greet(execz_call *call)
{
    return execz_return(call, "\"hello from attempt %u\"", (unsigned)call->attempt);
}

static const execz_function greet_function = {sizeof(execz_function), EXECZ_TASK_FUNCTION, "greet",
                                              "Greets", greet};

static void
hear(void *user, const execz_event *event)
{
    (void)user;
    printf("%s %s %s\n", event->task, execz_event_name(event->code),
           event->result->value != NULL ? event->result->value : "");
}

static void
check(execz_status status, const execz_error *err)
{
    if (status != EXECZ_OK) {
        fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

static execz_scheduler *
make_scheduler(void)
{
    const execz_function *functions[] = {&greet_function};
    execz_error err = EXECZ_ERROR_INIT;
    execz_task_spec task = EXECZ_TASK_SPEC_INIT;
    execz_scheduler *scheduler = execz_scheduler_new(NULL, &err);

    check(scheduler == NULL ? err.status : EXECZ_OK, &err);
    check(execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL, 0, &err), &err);
    check(execz_scheduler_add_functions(scheduler, "mine", functions, 1, &err), &err);
    task.id = "greet";
    task.trigger = "interval(hours=1)";
    task.function = "mine:greet";
    task.max_instances = 100;
    check(execz_scheduler_add_task(scheduler, &task, &err), &err);
    execz_scheduler_add_listener(scheduler, EXECZ_EVENT_TERMINAL, hear, NULL);
    return scheduler;
}

/* Runs the task for each line; false at the end of the input. */
static int
take_input(execz_scheduler *scheduler)
{
    char text[256];
    ssize_t length = read(STDIN_FILENO, text, sizeof text);

    for (ssize_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            execz_scheduler_run_task(scheduler, "greet", NULL);
        }
    }
    return length > 0;
}

static uint32_t
state_of(execz_scheduler *scheduler)
{
    execz_scheduler_info info = {.size = sizeof info};

    execz_scheduler_get_info(scheduler, &info);
    return info.state;
}

int
main(void)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = make_scheduler();
    struct pollfd fds[] = {
        {.fd = execz_scheduler_fd(scheduler), .events = POLLIN},
        {.fd = STDIN_FILENO, .events = POLLIN},
    };

    check(execz_scheduler_start(scheduler, &err), &err);
    while (state_of(scheduler) != EXECZ_STATE_STOPPED) {
        poll(fds, 2, -1);
        if (fds[0].revents != 0) {
            execz_scheduler_dispatch(scheduler);
        }
        if (fds[1].revents != 0 && !take_input(scheduler)) {
            fds[1].fd = -1;
            execz_scheduler_shutdown(scheduler, 0, -1, NULL);
        }
    }
    execz_scheduler_free(scheduler);
    return 0;
}
