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
    const execz_pair hello[] = {{"every", "0.1s"}, {"shell", "echo hello, world"}};
    execz_scheduler *self = execz_scheduler_new(NULL, NULL);

    if (self == NULL || execz_scheduler_add_task_from_pairs(self, "hello", hello, 2, NULL) < 0) {
        return 1; /* an execz_error in place of NULL would say why */
    }
    execz_scheduler_add_listener(self, EXECZ_EVENT_TASK_EXECUTED, hear, self);
    execz_scheduler_run(self, NULL);
    execz_scheduler_free(self);
}
